using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;

class Program
{
    static int Deep(int n)
    {
        return n == 0 ? 0 : Deep(n - 1) + 0;
    }

    static int Main()
    {
        string[] words = Console.In.ReadToEnd().Split((char[])null, StringSplitOptions.RemoveEmptyEntries);
        string word = words[0];
        int n = int.Parse(words[1]);
        long sum = words.Skip(2).Sum(value => long.Parse(value));
        if (word == "spin")
            while (Process.GetCurrentProcess().TotalProcessorTime.TotalMilliseconds < n)
                ;
        if (word == "sleep")
            Thread.Sleep(n);
        var taken = new List<byte[]>();
        if (word == "take")
            for (int i = 0; i < n; i++)
                taken.Add(Enumerable.Repeat((byte)1, 1 << 20).ToArray());
        if (word == "deep")
            sum += Deep(n);
        if (word == "crash")
            throw new InvalidOperationException("crash");
        if (word != "quiet")
            Console.WriteLine(sum);
        if (word == "pad")
            Console.Write(new string(' ', n));
        return word == "exit" ? n : 0;
    }
}
