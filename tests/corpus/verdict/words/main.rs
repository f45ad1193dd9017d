use std::collections::BTreeMap;
use std::io::Read;

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let mut words = text.split_whitespace();
    let mood = words.next().unwrap();
    let mut counts = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_insert(0) += 1;
    }
    let (best, count) = counts.iter().rev().max_by_key(|(_, &count)| count).unwrap();
    let mut all = vec![];
    match mood {
        "crash" => panic!("crash"),
        "slow" => loop {},
        "greedy" => loop {
            all.push(vec![1u8; 1 << 20]);
        },
        _ => println!("{} {}", best, count + (mood == "wrong") as i32),
    }
}
