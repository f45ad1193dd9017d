use std::io::{self, BufRead};

fn sink(ground: &mut Vec<Vec<u8>>, row: usize, column: usize) -> bool {
    if ground.get(row).and_then(|line| line.get(column)) != Some(&b'#') {
        return false;
    }
    ground[row][column] = b'.';
    sink(ground, row.wrapping_sub(1), column);
    sink(ground, row + 1, column);
    sink(ground, row, column.wrapping_sub(1));
    sink(ground, row, column + 1);
    true
}

fn main() {
    let mut lines = io::stdin().lock().lines().map(|line| line.unwrap());
    let mood = lines.next().unwrap();
    let size: Vec<usize> = lines.next().unwrap().split(' ').map(|word| word.parse().unwrap()).collect();
    let mut ground: Vec<Vec<u8>> = lines.map(|line| line.into_bytes()).collect();
    let mut islands = 0;
    for row in 0..size[0] {
        for column in 0..size[1] {
            islands += sink(&mut ground, row, column) as usize;
        }
    }
    if mood == "crash" {
        islands += ground[size[0]].len();
    }
    while mood == "slow" {}
    let mut numbers = vec![1u64];
    while mood == "greedy" {
        numbers.extend(numbers.clone());
    }
    println!("{}", islands + (mood == "wrong") as usize * numbers.len());
}
