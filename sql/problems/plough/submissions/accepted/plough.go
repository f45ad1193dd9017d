package main

import (
	"bufio"
	"fmt"
	"os"
)

type state struct{ i, j, broken int }

func main() {
	in := bufio.NewReader(os.Stdin)
	var h, w int
	fmt.Fscan(in, &h, &w)
	yard := make([]string, h)
	moves := map[bool][][]int{}
	for _, broken := range []bool{false, true} {
		moves[broken] = make([][]int, h)
		for i := range moves[broken] {
			moves[broken][i] = make([]int, w)
		}
	}
	queue := []state{}
	for i := range yard {
		fmt.Fscan(in, &yard[i])
		for j := range yard[i] {
			if yard[i][j] == 'S' {
				queue = append(queue, state{i, j, 0})
				moves[false][i][j] = 1
			}
		}
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		so_far := moves[at.broken == 1][at.i][at.j]
		if yard[at.i][at.j] == 'G' {
			fmt.Println(so_far - 1)
			return
		}
		for _, step := range [][2]int{{0, 1}, {1, 0}, {0, -1}, {-1, 0}} {
			next := state{at.i + step[0], at.j + step[1], at.broken}
			if next.i < 0 || next.i >= h || next.j < 0 || next.j >= w {
				continue
			}
			if yard[next.i][next.j] == '#' {
				next.broken++
			}
			if next.broken > 1 || moves[next.broken == 1][next.i][next.j] > 0 {
				continue
			}
			moves[next.broken == 1][next.i][next.j] = so_far + 1
			queue = append(queue, next)
		}
	}
	fmt.Println("stuck")
}
