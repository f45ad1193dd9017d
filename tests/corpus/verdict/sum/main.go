package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"
)

func deep(n int) int {
	if n == 0 {
		return 0
	}
	return deep(n-1) + 0
}

func used() int64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage.Utime.Nano()/1000000 + usage.Stime.Nano()/1000000
}

func main() {
	in := bufio.NewReader(os.Stdin)
	var word string
	var n, value int
	fmt.Fscan(in, &word, &n)
	sum := 0
	for {
		if _, err := fmt.Fscan(in, &value); err != nil {
			break
		}
		sum += value
	}
	var taken [][]byte
	switch word {
	case "spin":
		for used() < int64(n) {
		}
	case "sleep":
		time.Sleep(time.Duration(n) * time.Millisecond)
	case "take":
		for i := 0; i < n; i++ {
			part := make([]byte, 1<<20)
			for k := range part {
				part[k] = 1
			}
			taken = append(taken, part)
		}
	case "deep":
		sum += deep(n)
	case "crash":
		panic("crash")
	case "quiet":
		return
	}
	fmt.Println(sum + len(taken)*0)
	if word == "pad" {
		fmt.Print(strings.Repeat(" ", n))
	}
	if word == "exit" {
		os.Exit(n)
	}
}
