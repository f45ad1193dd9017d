import java.util.LinkedList;
import java.util.List;
import java.util.Scanner;

public class Main {
    static char[][] map;

    static boolean sink(int row, int column) {
        if (row < 0 || column < 0 || row == map.length || column == map[row].length || map[row][column] != '#')
            return false;
        map[row][column] = '.';
        sink(row - 1, column);
        sink(row + 1, column);
        sink(row, column - 1);
        sink(row, column + 1);
        return true;
    }

    public static void main(String[] arguments) {
        Scanner in = new Scanner(System.in);
        String mood = in.next();
        int rows = in.nextInt(), columns = in.nextInt(), islands = 0;
        map = new char[rows][];
        for (int row = 0; row < rows; row++)
            map[row] = in.next().toCharArray();
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                if (sink(row, column))
                    islands++;
        if (mood.equals("crash"))
            islands += map[rows][columns];
        while (mood.equals("slow"))
            islands = -islands;
        List<StringBuilder> all = new LinkedList<>();
        while (mood.equals("greedy"))
            all.add(new StringBuilder(1 << 20));
        System.out.println(mood.equals("wrong") ? islands + 1 : islands);
    }
}
