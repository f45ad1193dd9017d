import java.io.*;
import java.util.*;

public class Main {
    public static void main(String[] arguments) throws IOException {
        StreamTokenizer in = new StreamTokenizer(new BufferedInputStream(System.in));
        in.nextToken();
        int n = (int) in.nval;
        int[] street = new int[n];
        Map<Integer, Integer> numbers = new HashMap<>();
        for (int i = 0; i < n; i++) {
            in.nextToken();
            street[i] = numbers.computeIfAbsent((int) in.nval, kind -> numbers.size());
        }
        int[] count = new int[n];
        int seen = 0, begin = 0, best = n;
        for (int end = 0; end < n; end++) {
            if (count[street[end]]++ == 0) seen++;
            while (count[street[begin]] > 1) count[street[begin++]]--;
            if (seen == numbers.size()) best = Math.min(best, end - begin + 1);
        }
        System.out.println(best);
    }
}
