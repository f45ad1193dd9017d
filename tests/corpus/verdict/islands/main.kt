class Islands(private val map: List<CharArray>) {
    fun sink(row: Int, column: Int): Boolean {
        if (map.getOrNull(row)?.getOrNull(column) != '#') return false
        map[row][column] = '.'
        sink(row - 1, column)
        sink(row + 1, column)
        sink(row, column - 1)
        sink(row, column + 1)
        return true
    }
}

fun main() {
    val mood = readLine()!!
    val (rows, columns) = readLine()!!.split(" ").map { it.toInt() }
    val map = List(rows) { readLine()!!.toCharArray() }
    val islands = Islands(map)
    var count = 0
    for (row in 0 until rows) for (column in 0 until columns) if (islands.sink(row, column)) count++
    if (mood == "crash") count += map[rows].size
    while (mood == "slow") count = -count
    val all = mutableListOf<IntArray>()
    while (mood == "greedy") all += IntArray(10000) { it }
    println(if (mood == "wrong") count + 1 else count)
}
