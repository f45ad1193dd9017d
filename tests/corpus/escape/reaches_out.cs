// allowed: AC
// services, secrets and processes of the machine, from another language
using System;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;

class Program {
    static bool Escapes(Action way) {
        try {
            way();
            return true;
        } catch (Exception) {
            return false;
        }
    }

    static void Main() {
        var words = Console.ReadLine().Split(' ');
        int process = int.Parse(words[0]), port = int.Parse(words[1]);
        bool escaped = Escapes(() => new Socket(SocketType.Stream, ProtocolType.Tcp)
            .Connect(new IPEndPoint(IPAddress.Loopback, port)));
        escaped |= Escapes(() => File.ReadAllText("/etc/shadow"));
        escaped |= Escapes(() => File.WriteAllText("/box/main.exe", "x"));
        escaped |= process != Process.GetCurrentProcess().Id && Directory.Exists("/proc/" + process);
        Console.WriteLine(escaped ? "escaped" : "contained");
    }
}
