// allowed: AC
// services, secrets and processes of the machine, from another language
package main

import (
	"fmt"
	"net"
	"os"
	"syscall"
)

func main() {
	var process, port int
	fmt.Scan(&process, &port)
	connection, failure := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	escaped := failure == nil
	if escaped {
		connection.Close()
	}
	_, failure = os.ReadFile("/etc/shadow")
	escaped = escaped || failure == nil
	escaped = escaped || process != os.Getpid() && syscall.Kill(process, syscall.SIGKILL) == nil
	escaped = escaped || os.WriteFile("/box/main", nil, 0755) == nil
	escaped = escaped || syscall.Unshare(syscall.CLONE_NEWUSER) == nil
	escaped = escaped || syscall.PtraceAttach(1) == nil
	child, failure := os.StartProcess("/usr/bin/sleep", []string{"sleep", "600"},
		&os.ProcAttr{Sys: &syscall.SysProcAttr{Setsid: true}})
	if failure == nil {
		child.Release()
	}
	if escaped {
		fmt.Println("escaped")
	} else {
		fmt.Println("contained")
	}
}
