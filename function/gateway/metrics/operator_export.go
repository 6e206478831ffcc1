package metrics

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// An ExportInput is the input of [GetExport].
type ExportInput struct {
	Format string `json:"format,omitempty" doc:"json, emf or prometheus; default: json"`
	Stage  string `json:"stage,omitempty" doc:"the dimension of emf; default: export, to keep it apart from the stage's own metrics"`
	Range
}

// Check rejects an unknown format, an invalid stage or range, and a range for
// Prometheus, whose counters only grow.
func (in ExportInput) Check() error {
	switch in.Format {
	case "", "json", "emf":
	case "prometheus":
		if in.Last != 0 || in.Until != 0 {
			return errors.New("field last_seconds is for json and emf: counters of Prometheus count from the start")
		}
	default:
		return fmt.Errorf("field format is %.40q; expected json, emf or prometheus", in.Format)
	}
	if in.Stage != "" {
		if err := checkName("stage", in.Stage); err != nil {
			return err
		}
	}
	return in.Range.Check()
}

// An Export is the statistics in a format for another program.
type Export struct {
	Format      string          `json:"format"`
	ContentType string          `json:"content_type" doc:"of the text"`
	Text        string          `json:"text,omitempty" doc:"the statistics as emf or prometheus"`
	Data        json.RawMessage `json:"data,omitempty" doc:"the statistics as JSON: stats, usage, system and cold_start"`
}

func (r *Registry) export(ctx context.Context, in ExportInput) (Export, error) {
	switch in.Format {
	case "prometheus":
		return Export{Format: in.Format, ContentType: "text/plain; version=0.0.4; charset=utf-8", Text: r.prometheus(ctx)}, nil
	case "emf":
		text, err := r.embedded(ctx, in)
		return Export{Format: in.Format, ContentType: "application/json", Text: text}, err
	}
	stats, err := r.stats(ctx, StatsInput{Range: in.Range})
	if err != nil {
		return Export{}, err
	}
	system, _ := r.system(ctx, core.None{})
	start, _ := r.coldStart(ctx, core.None{})
	data, err := json.Marshal(map[string]any{"stats": stats, "usage": r.Usage(), "system": system, "cold_start": start})
	return Export{Format: "json", ContentType: "application/json", Data: data}, err
}

// embedded returns one record of the Embedded Metric Format: the mean of each of the
// stack's metrics as a metric, and all statistics as properties. Only metrics cost money.
func (r *Registry) embedded(ctx context.Context, in ExportInput) (string, error) {
	stats, err := r.stats(ctx, StatsInput{Range: in.Range})
	if err != nil {
		return "", err
	}
	if in.Stage == "" {
		in.Stage = "export"
	}
	record := map[string]any{config.DimensionStage: in.Stage, "operations": stats.Operations, "metrics": stats.Metrics}
	var points []point
	for _, f := range stats.Metrics {
		for _, m := range config.Metrics() {
			if m.Name == f.Name {
				points = append(points, point{m, f.Mean})
				record[m.Name] = f.Mean
			}
		}
	}
	if len(points) == 0 {
		return "", core.Errorf(core.NotFound, core.CauseNoValues, "none of the stack's metrics has a value in the range, so there is no record")
	}
	record["_aws"] = map[string]any{"Timestamp": time.Now().UnixMilli(), "CloudWatchMetrics": declaration(points, false, false)}
	b, err := json.Marshal(record)
	return string(b), err
}
