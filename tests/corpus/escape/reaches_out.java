// allowed: AC
// services, secrets and processes of the machine, from another language
import java.io.*;
import java.net.*;
import java.nio.file.*;
import java.util.*;

class Main {
    interface Way { void go() throws Exception; }

    static boolean escapes(Way way) {
        try {
            way.go();
            return true;
        } catch (Throwable refused) {
            return false;
        }
    }

    public static void main(String[] arguments) {
        Scanner in = new Scanner(System.in);
        long process = in.nextLong();
        int port = in.nextInt();
        boolean escaped = escapes(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
            || escapes(() -> Files.readAllBytes(Path.of("/etc/shadow")))
            || escapes(() -> Files.writeString(Path.of("/box/Main.class"), "x"))
            || escapes(() -> Files.createSymbolicLink(Path.of("/box/link"), Path.of("/etc")))
            || process != ProcessHandle.current().pid() && ProcessHandle.of(process).isPresent()
            || escapes(() -> ProcessHandle.of(1).get().destroyForcibly());
        System.out.println(escaped ? "escaped" : "contained");
    }
}
