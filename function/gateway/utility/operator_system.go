package utility

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// A System is the environment that the function runs in.
type System struct {
	Function string `json:"function" doc:"name of the function; empty outside Lambda"`
	Version  string `json:"version" doc:"of the function, as Lambda numbers it"`
	Region   string `json:"region"`
	Build    string `json:"build,omitempty" doc:"SHA-256 of the deployed program; absent where the stack does not set it"`

	Go         string `json:"go" doc:"version of Go that built the program"`
	Platform   string `json:"platform" doc:"operating system and processor"`
	CPUs       int    `json:"cpus" doc:"available to the process"`
	Procs      int    `json:"procs" doc:"goroutines that can run at the same time"`
	Goroutines int    `json:"goroutines" doc:"that exist now"`

	Memory  int64 `json:"memory" doc:"resident set of the process" unit:"B"`
	Limit   int64 `json:"limit" doc:"memory of the function" unit:"B"`
	GCLimit int64 `json:"gc_limit" doc:"memory limit of the garbage collector" unit:"B"`

	Started time.Time    `json:"started" doc:"when the process started"`
	Uptime  core.Seconds `json:"uptime_seconds" doc:"since then" unit:"s"`
	Time    time.Time    `json:"time" doc:"the current time"`
}

func (g *Gateway) system(context.Context, core.None) (System, error) {
	used, limit := g.opts.Memory()
	now := time.Now()
	return System{
		Function: g.opts.Getenv("AWS_LAMBDA_FUNCTION_NAME"), Version: g.opts.Getenv("AWS_LAMBDA_FUNCTION_VERSION"),
		Region: g.opts.Getenv("AWS_REGION"), Build: g.opts.Getenv(config.EnvBuild),
		Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		CPUs: runtime.NumCPU(), Procs: runtime.GOMAXPROCS(0), Goroutines: runtime.NumGoroutine(),
		Memory: used, Limit: limit, GCLimit: debug.SetMemoryLimit(-1), // a negative limit only reads it
		Started: g.began.UTC(), Uptime: core.Seconds(now.Sub(g.began)), Time: now.UTC(),
	}, nil
}
