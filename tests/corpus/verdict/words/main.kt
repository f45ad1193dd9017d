fun main() {
    val words = System.`in`.bufferedReader().readText().split(Regex("\\s+")).filter { it.isNotEmpty() }
    val mood = words[0]
    val (best, count) = words.drop(1).groupingBy { it }.eachCount().toList()
        .sortedWith(compareBy({ -it.second }, { it.first })).first()
    if (mood == "crash") throw IllegalStateException("crash")
    while (mood == "slow");
    val all = ArrayList<LongArray>()
    while (mood == "greedy") all.add(LongArray(1 shl 16))
    println("$best ${if (mood == "wrong") count + 1 else count}")
}
