import java.io.*;

public class Main {
    public static void main(String[] arguments) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        String[] head = in.readLine().trim().split(" ");
        int n = Integer.parseInt(head[0]), q = Integer.parseInt(head[1]);
        int[] tree = new int[n + 1];
        for (int i = 1; i <= n; i++) tree[i] = i & -i;
        StringBuilder out = new StringBuilder();
        for (; q > 0; q--) {
            String line = in.readLine().trim();
            int value = Integer.parseInt(line.substring(2)), seat = value, change = 1;
            if (line.charAt(0) == 'T') {
                seat = 0;
                for (int step = Integer.highestOneBit(n); step > 0; step /= 2)
                    if (seat + step <= n && tree[seat + step] < value) value -= tree[seat += step];
                out.append(++seat).append('\n');
                change = -1;
            }
            for (; seat <= n; seat += seat & -seat) tree[seat] += change;
        }
        System.out.print(out);
    }
}
