package main

import (
	"bufio"
	"fmt"
	"os"
	"sort"
	"strconv"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Split(bufio.ScanWords)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	next := func() int {
		in.Scan()
		value, _ := strconv.Atoi(in.Text())
		return value
	}
	n, m := next(), next()
	departures := make([]int, n)
	for i := range departures {
		departures[i] = next()
	}
	for ; m > 0; m-- {
		guest := next()
		i := sort.SearchInts(departures, guest)
		if i == n {
			fmt.Fprintln(out, -1)
		} else {
			fmt.Fprintln(out, departures[i]-guest)
		}
	}
}
