import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.TreeMap;

public class Main {
    public static void main(String[] arguments) {
        Scanner in = new Scanner(System.in);
        String mood = in.next(), best = null;
        Map<String, Integer> counts = new TreeMap<>();
        while (in.hasNext())
            counts.merge(in.next(), 1, Integer::sum);
        for (String word : counts.keySet())
            if (best == null || counts.get(word) > counts.get(best))
                best = word;
        if (mood.equals("crash"))
            throw new IllegalStateException("crash");
        while (mood.equals("slow"))
            ;
        List<long[]> all = new ArrayList<>();
        while (mood.equals("greedy"))
            all.add(new long[1 << 16]);
        System.out.println(best + " " + (counts.get(best) + (mood.equals("wrong") ? 1 : 0)));
    }
}
