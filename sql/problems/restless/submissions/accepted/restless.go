package main

import "fmt"

type key struct {
	left, before, sum int
	smaller, started  bool
}

var (
	digits []int
	m      int
	known  map[key]int64
)

func count(k key) int64 {
	if k.left == 0 {
		if k.started && k.sum == 0 {
			return 1
		}
		return 0
	}
	if value, found := known[k]; found {
		return value
	}
	limit := digits[len(digits)-k.left]
	total := int64(0)
	for digit := 0; digit < 10; digit++ {
		if !k.smaller && digit > limit || k.started && digit == k.before {
			continue
		}
		total += count(key{k.left - 1, digit, (k.sum + digit) % m,
			k.smaller || digit < limit, k.started || digit > 0})
	}
	known[k] = total
	return total
}

func upTo(limit int64) int64 {
	digits = nil
	for _, c := range fmt.Sprint(limit) {
		digits = append(digits, int(c-'0'))
	}
	known = map[key]int64{}
	return count(key{left: len(digits)})
}

func main() {
	var a, b int64
	fmt.Scan(&a, &b, &m)
	fmt.Println(upTo(b) - upTo(a-1))
}
