using System;
using System.Collections.Generic;
using System.Text;

class Islands
{
    readonly char[][] map;

    Islands(int rows)
    {
        map = new char[rows][];
        for (int row = 0; row < rows; row++)
            map[row] = Console.ReadLine().ToCharArray();
    }

    bool Sink(int row, int column)
    {
        if (row < 0 || column < 0 || row == map.Length || column == map[row].Length || map[row][column] != '#')
            return false;
        map[row][column] = '.';
        Sink(row - 1, column);
        Sink(row + 1, column);
        Sink(row, column - 1);
        Sink(row, column + 1);
        return true;
    }

    static void Main()
    {
        string mood = Console.ReadLine();
        int[] size = Array.ConvertAll(Console.ReadLine().Split(' '), int.Parse);
        var islands = new Islands(size[0]);
        int count = 0;
        for (int row = 0; row < size[0]; row++)
            for (int column = 0; column < size[1]; column++)
                count += islands.Sink(row, column) ? 1 : 0;
        if (mood == "crash")
            count += islands.map[size[0]].Length;
        for (int turn = 0; mood == "slow"; turn = 1 - turn)
            ;
        var all = new Stack<StringBuilder>();
        while (mood == "greedy")
            all.Push(new StringBuilder().Append('x', 100000));
        Console.WriteLine(mood == "wrong" ? count + 1 : count);
    }
}
