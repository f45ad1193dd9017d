using System;
using System.Collections.Generic;
using System.Linq;

class Program
{
    static void Main()
    {
        string[] words = Console.In.ReadToEnd().Split((char[])null, StringSplitOptions.RemoveEmptyEntries);
        string mood = words[0];
        var best = words.Skip(1).GroupBy(word => word).OrderByDescending(group => group.Count())
                        .ThenBy(group => group.Key, StringComparer.Ordinal).First();
        if (mood == "crash")
            throw new InvalidOperationException("crash");
        while (mood == "slow")
            ;
        var all = new List<int[]>();
        while (mood == "greedy")
            all.Add(Enumerable.Range(0, 100000).ToArray());
        Console.WriteLine("{0} {1}", best.Key, best.Count() + (mood == "wrong" ? 1 : 0));
    }
}
