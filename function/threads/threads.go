// Package threads sets how many threads run Go code, for the share of the processor that
// Lambda gives a function of a size.
//
// It does so when it is initialized, too, from what Lambda says in the environment. Go
// initializes packages in the order of their needs; this one needs little, so it is
// among the first. Later, the change would leave the memory that the process has
// allocated so far to another thread: 107 page faults and 0.4 MB.
package threads

import (
	"runtime"
	"strconv"
	"syscall"
)

// fullCPU is the size, in MB, from which Lambda gives a function the time of a whole
// processor. Below it a second thread only takes turns with the first.
const fullCPU = 1769

func init() {
	if size, _ := syscall.Getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"); size != "" {
		Set(Size(size))
	}
}

// Size returns the function's size in MB as Lambda says it, or 128.
func Size(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 {
		return 128
	}
	return n
}

// Set sets the number of threads for a function of that size in MB. The owner's
// GOMAXPROCS takes precedence.
func Set(megabytes int) {
	if owners, _ := syscall.Getenv("GOMAXPROCS"); owners != "" {
		return
	}
	if megabytes < fullCPU {
		runtime.GOMAXPROCS(1)
		return
	}
	runtime.SetDefaultGOMAXPROCS()
}
