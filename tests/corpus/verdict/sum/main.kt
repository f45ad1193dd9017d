import java.lang.management.ManagementFactory
import java.util.StringTokenizer
import kotlin.system.exitProcess

fun deep(n: Int): Int = if (n == 0) 0 else deep(n - 1) + 0

fun main() {
    val words = StringTokenizer(System.`in`.bufferedReader().readText())
    val word = words.nextToken()
    val n = words.nextToken().toInt()
    var sum = 0L
    while (words.hasMoreTokens()) sum += words.nextToken().toInt()
    if (word == "spin") {
        val system = ManagementFactory.getOperatingSystemMXBean() as com.sun.management.OperatingSystemMXBean
        while (system.processCpuTime < n * 1000000L);
    }
    if (word == "sleep") Thread.sleep(n.toLong())
    val taken = if (word == "take") List(n) { ByteArray(1 shl 20) { 1 } } else emptyList()
    if (word == "deep") sum += deep(n)
    if (word == "crash") throw IllegalStateException("crash")
    if (word != "quiet") println(sum + taken.size * 0)
    if (word == "pad") print(" ".repeat(n))
    System.out.flush()
    exitProcess(if (word == "exit") n else 0)
}
