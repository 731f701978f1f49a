// Command launch becomes the program that it is given (same process id), and leaves a watcher behind that ends it when
// standard input closes: the pipe from the process that started us, whose end is ours.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const grace = 10 * time.Second

func main() {
	if len(os.Args) > 1 && os.Args[1] == "-watch" {
		watch()
		return
	}
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: launch program [arguments]")
		os.Exit(2)
	}
	watcher := exec.Command(os.Args[0], "-watch")
	watcher.Stdin = os.Stdin
	if err := watcher.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	err := syscall.Exec(os.Args[1], os.Args[1:], os.Environ())
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// watch ends its parent, the program, when standard input is at its end. A program that is gone already has another parent
// in its place: then nothing is sent.
func watch() {
	program := os.Getppid()
	_, _ = io.Copy(io.Discard, os.Stdin)
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if os.Getppid() == program {
			_ = syscall.Kill(program, signal)
			time.Sleep(grace)
		}
	}
}
