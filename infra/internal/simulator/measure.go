package simulator

import (
	"encoding/json"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/cloudwatch"
)

// measure puts what a turn has emitted: the metrics of its line of the log, and what Lambda
// itself counts.
func measure(account *cloudwatch.Account, stage string, at time.Time, t Turn) {
	if !t.Sent() {
		return
	}
	function := map[string]string{"FunctionName": config.FunctionName(stage)}
	failed := 0.0
	if t.crashed {
		failed = 1
	}
	for name, value := range map[string]float64{"Invocations": 1, "ConcurrentExecutions": 1, "Throttles": 0, "Errors": failed} {
		account.Put(at, "AWS/Lambda", name, function, value)
	}
	var record struct {
		AWS struct {
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name string }
			}
		} `json:"_aws"`
	}
	var values map[string]json.RawMessage // of a map, unlike of a struct, keys keep their letter case
	if json.Unmarshal(t.Log, &record) != nil || json.Unmarshal(t.Log, &values) != nil {
		return
	}
	for _, group := range record.AWS.CloudWatchMetrics {
		for _, names := range group.Dimensions {
			dimensions := map[string]string{}
			for _, name := range names {
				var value string
				_ = json.Unmarshal(values[name], &value) // of another type: it is none of ours
				dimensions[name] = value
			}
			for _, metric := range group.Metrics {
				var value float64
				if json.Unmarshal(values[metric.Name], &value) == nil {
					account.Put(at, group.Namespace, metric.Name, dimensions, value)
				}
			}
		}
	}
}
