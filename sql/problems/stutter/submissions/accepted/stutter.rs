use std::io::Read;

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let mut words = text.split_whitespace();
    let k: usize = words.next().unwrap().parse().unwrap();
    let message = words.next().unwrap();
    let mut cleaned = String::with_capacity(message.len());
    let (mut before, mut run) = (' ', 0);
    for letter in message.chars() {
        run = if letter == before { run + 1 } else { 1 };
        before = letter;
        if run <= k {
            cleaned.push(letter);
        }
    }
    println!("{}\n{}", cleaned, message.len() - cleaned.len());
}
