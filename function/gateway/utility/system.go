package utility

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// A System is what the function runs on.
type System struct {
	Function string `json:"function" doc:"name of the function; empty outside Lambda"`
	Version  string `json:"version" doc:"of the function that Lambda runs"`
	Region   string `json:"region"`
	Build    string `json:"build,omitempty" doc:"SHA-256 of the deployed program, where the stack tells it"`

	Go         string `json:"go" doc:"version of Go that the program was made with"`
	Platform   string `json:"platform" doc:"operating system and processor"`
	CPUs       int    `json:"cpus" doc:"that the process sees"`
	Procs      int    `json:"procs" doc:"goroutines that may run at the same time"`
	Goroutines int    `json:"goroutines" doc:"that there are"`

	Memory  int64 `json:"memory" doc:"resident set of the process" unit:"B"`
	Limit   int64 `json:"limit" doc:"memory that the function has" unit:"B"`
	GCLimit int64 `json:"gc_limit" doc:"memory that the garbage collector keeps below" unit:"B"`

	Started time.Time    `json:"started" doc:"when the process started"`
	Uptime  core.Seconds `json:"uptime_seconds" doc:"how long it has been there" unit:"s"`
	Time    time.Time    `json:"time" doc:"what the clock says"`
}

func (g *Gateway) system(context.Context, core.None) (System, error) {
	used, limit := g.opts.Memory()
	now := time.Now()
	return System{
		Function: g.opts.Getenv("AWS_LAMBDA_FUNCTION_NAME"), Version: g.opts.Getenv("AWS_LAMBDA_FUNCTION_VERSION"),
		Region: g.opts.Getenv("AWS_REGION"), Build: g.opts.Getenv(config.EnvBuild),
		Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		CPUs: runtime.NumCPU(), Procs: runtime.GOMAXPROCS(0), Goroutines: runtime.NumGoroutine(),
		Memory: used, Limit: limit, GCLimit: debug.SetMemoryLimit(-1), // which reads it only
		Started: g.began.UTC(), Uptime: core.Seconds(now.Sub(g.began)), Time: now.UTC(),
	}, nil
}

// heap returns what the Go runtime has from the system, for where nobody tells more.
func heap() (used, limit int64) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys), 0
}
