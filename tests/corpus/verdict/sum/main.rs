use std::io::{Read, Write};

extern "C" {
    fn clock() -> i64;
}

fn deep(n: i64) -> i64 {
    let here = [n as u8; 64];
    let there = unsafe { std::ptr::read_volatile(&here[0]) };
    if n == 0 { 0 } else { deep(n - 1) + (there as i64) * 0 }
}

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let mut words = text.split_whitespace();
    let word = words.next().unwrap();
    let n: i64 = words.next().unwrap().parse().unwrap();
    let mut sum: i64 = words.map(|value| value.parse::<i64>().unwrap()).sum();
    let mut taken = vec![];
    match word {
        "spin" => while unsafe { clock() } / 1000 < n {},
        "sleep" => std::thread::sleep(std::time::Duration::from_millis(n as u64)),
        "take" => for i in 0..n { taken.push(vec![(i + 1) as u8; 1 << 20]); },
        "deep" => sum += deep(n),
        "crash" => panic!("crash"),
        "quiet" => return,
        _ => {}
    }
    println!("{}", sum + taken.iter().map(|part| part[0] as usize).sum::<usize>() as i64 * 0);
    if word == "pad" {
        print!("{}", " ".repeat(n as usize));
        std::io::stdout().flush().unwrap();
    }
    std::process::exit(if word == "exit" { n as i32 } else { 0 });
}
