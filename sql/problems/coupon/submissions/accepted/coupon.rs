use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Read;

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let mut numbers = text.split_ascii_whitespace().map(|word| word.parse::<usize>().unwrap());
    let n = numbers.next().unwrap();
    let m = numbers.next().unwrap();
    let mut roads = vec![Vec::new(); n + 1];
    for _ in 0..m {
        let (a, b) = (numbers.next().unwrap(), numbers.next().unwrap());
        let toll = numbers.next().unwrap();
        roads[a].push((b, toll));
        roads[b].push((a, toll));
    }
    let mut costs = vec![[None, None]; n + 1];
    let mut queue = BinaryHeap::new();
    queue.push(Reverse((0, 1, 0)));
    while let Some(Reverse((cost, town, spent))) = queue.pop() {
        if costs[town][spent].is_some() {
            continue;
        }
        costs[town][spent] = Some(cost);
        for &(other, toll) in &roads[town] {
            queue.push(Reverse((cost + toll, other, spent)));
            if spent == 0 {
                queue.push(Reverse((cost + toll / 2, other, 1)));
            }
        }
    }
    match costs[n][1] {
        Some(cost) => println!("{}", cost),
        None => println!("-1"),
    }
}
