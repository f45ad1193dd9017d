import java.io.*;
import java.util.*;

public class Main {
    public static void main(String[] arguments) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        int n = Integer.parseInt(in.readLine().trim());
        int pairs = 0;
        // left gloves that wait for a partner count up, right ones down
        Map<Integer, Integer> waiting = new HashMap<>();
        for (int i = 0; i < n; i++) {
            StringTokenizer line = new StringTokenizer(in.readLine());
            int step = line.nextToken().equals("L") ? 1 : -1;
            int size = Integer.parseInt(line.nextToken());
            int before = waiting.getOrDefault(size, 0);
            if (before * step < 0) pairs++;
            waiting.put(size, before + step);
        }
        System.out.println(pairs);
    }
}
