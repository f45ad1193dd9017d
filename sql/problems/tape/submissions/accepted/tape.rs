use std::io::Read;

fn strips(marks: &[i64], length: i64) -> usize {
    let (mut count, mut end) = (0, -1);
    for &mark in marks {
        if mark > end {
            count += 1;
            end = mark + length;
        }
    }
    count
}

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let numbers: Vec<i64> = text.split_whitespace().map(|word| word.parse().unwrap()).collect();
    let k = numbers[1] as usize;
    let mut marks = numbers[2..].to_vec();
    marks.sort();
    let (mut low, mut high) = (0, 1_000_000_000);
    while low < high {
        let middle = (low + high) / 2;
        if strips(&marks, middle) <= k {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    println!("{}", low);
}
