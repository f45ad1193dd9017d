package main

import (
	"bufio"
	"fmt"
	"os"
)

var ground [][]byte

func sink(row, column int) int {
	if row < 0 || row >= len(ground) || column < 0 || column >= len(ground[row]) || ground[row][column] != '#' {
		return 0
	}
	ground[row][column] = '.'
	sink(row-1, column)
	sink(row+1, column)
	sink(row, column-1)
	sink(row, column+1)
	return 1
}

func main() {
	in := bufio.NewReader(os.Stdin)
	var mood, line string
	var rows, columns, islands int
	fmt.Fscan(in, &mood, &rows, &columns)
	for row := 0; row < rows; row++ {
		fmt.Fscan(in, &line)
		ground = append(ground, []byte(line))
	}
	for row := range ground {
		for column := range ground[row] {
			islands += sink(row, column)
		}
	}
	if mood == "crash" {
		islands += len(ground[rows])
	}
	for turn := 0; mood == "slow"; turn = 1 - turn {
	}
	numbers := []int{1}
	for mood == "greedy" {
		numbers = append(numbers, numbers...)
	}
	if mood == "wrong" {
		islands++
	}
	fmt.Println(islands)
}
