import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Scanner;

public class Main {
    static int deep(int n) {
        return n == 0 ? 0 : deep(n - 1) + 0;
    }

    public static void main(String[] arguments) throws Exception {
        Scanner in = new Scanner(System.in);
        String word = in.next();
        int n = in.nextInt();
        long sum = 0;
        while (in.hasNextInt())
            sum += in.nextInt();
        if (word.equals("spin")) {
            var system =
                (com.sun.management.OperatingSystemMXBean)ManagementFactory.getOperatingSystemMXBean();
            while (system.getProcessCpuTime() < n * 1000000L)
                ;
        }
        if (word.equals("sleep"))
            Thread.sleep(n);
        List<byte[]> taken = new ArrayList<>();
        if (word.equals("take"))
            for (int i = 0; i < n; i++) {
                byte[] part = new byte[1 << 20];
                Arrays.fill(part, (byte)1);
                taken.add(part);
            }
        if (word.equals("deep"))
            sum += deep(n);
        if (word.equals("crash"))
            throw new RuntimeException("crash");
        if (!word.equals("quiet"))
            System.out.println(sum);
        if (word.equals("pad"))
            System.out.print(" ".repeat(n));
        System.out.flush();
        System.exit(word.equals("exit") ? n : 0);
    }
}
