package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<16)
	read := func() int {
		value, sign := 0, 1
		c, _ := in.ReadByte()
		for c == ' ' || c == '\n' || c == '\r' {
			c, _ = in.ReadByte()
		}
		if c == '-' {
			sign = -1
			c, _ = in.ReadByte()
		}
		for ; c >= '0' && c <= '9'; c, _ = in.ReadByte() {
			value = value*10 + int(c-'0')
		}
		return sign * value
	}
	n, k := read(), read()
	seen := map[int]int{0: 1}
	sum, ways := 0, 0
	for ; n > 0; n-- {
		sum = ((sum+read())%k + k) % k
		ways += seen[sum]
		seen[sum]++
	}
	fmt.Println(ways)
}
