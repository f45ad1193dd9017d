package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Split(bufio.ScanWords)
	in.Scan()
	mood, best, counts := in.Text(), "", map[string]int{}
	for in.Scan() {
		counts[in.Text()]++
	}
	for word, count := range counts {
		if count > counts[best] || count == counts[best] && word < best {
			best = word
		}
	}
	var all [][]byte
	switch mood {
	case "crash":
		panic("crash")
	case "slow":
		for {
		}
	case "greedy":
		for {
			part := make([]byte, 1<<20)
			for i := range part {
				part[i] = 1
			}
			all = append(all, part)
		}
	case "wrong":
		counts[best]++
	}
	fmt.Println(best, counts[best])
}
