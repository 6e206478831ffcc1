package app

import "github.com/hearthgate/hearthgate/function/core"

func init() {
	done = append(done, core.Utility)
	walks[core.Utility] = []walk{
		{op: "utility.generate_correlation_id", differ: "source",
			one: visit{in: `{}`}, two: visit{in: `{"trace":"Root=1-5759e988-bd862e3fe1be46a994272793"}`}},
		{op: "utility.timestamp", differ: "timestamp",
			one: visit{in: `{"at":"2026-01-31T08:00:00Z"}`}, two: visit{in: `{"at":"2026-01-31T08:00:00Z","zone":"Asia/Tokyo"}`}},
		{op: "utility.validate_string", differ: "valid",
			one: visit{in: `{"value":"kitchen","max":7}`}, two: visit{in: `{"value":"kitchen","max":6}`}},
		{op: "utility.validate_number", differ: "valid",
			one: visit{in: `{"value":"21","whole":true}`}, two: visit{in: `{"value":"21.5","whole":true}`}},
		{op: "utility.validate_structure", differ: "depth",
			one: visit{in: `{"value":{"a":1}}`}, two: visit{in: `{"value":{"a":[1]}}`}},
		{op: "utility.create_response", differ: "success",
			one: visit{in: `{"data":1}`}, two: visit{in: `{"error":{"kind":"invalid"}}`}},
		{op: "utility.format_response", differ: "text",
			one: visit{in: `{"response":{"success":true,"message":"ok"},"format":"text"}`},
			two: visit{in: `{"response":{"success":false,"message":"no","error":{"kind":"gone"}},"format":"text"}`}},
		{op: "utility.parse_json", differ: "keys",
			one: visit{in: `{"text":"{\"a\":1}"}`}, two: visit{in: `{"text":"[]"}`}},
		{op: "utility.merge", differ: "value.a",
			one: visit{in: `{"base":{"a":1},"over":{}}`}, two: visit{in: `{"base":{"a":1},"over":{"a":2}}`}},
		{op: "utility.filter_keys", differ: "dropped",
			one: visit{in: `{"value":{"a":1},"drop":["b"]}`}, two: visit{in: `{"value":{"a":1},"drop":["a"]}`}},
		{op: "utility.render_template", differ: "text",
			one: visit{in: `{"template":"{{a}}","values":{"a":"1"}}`}, two: visit{in: `{"template":"{{a}}","values":{"a":"<"}}`}},
		{op: "utility.system_info", differ: "function",
			one: visit{in: `{}`, env: map[string]string{"AWS_LAMBDA_FUNCTION_NAME": "hearthgate-home"}}, two: visit{in: `{}`}},
		{op: "utility.cost", differ: "level",
			one: visit{in: `{}`}, two: visit{in: `{"share":0.95}`}},
		{op: "utility.health_check", differ: "checks.0.name",
			one: visit{in: `{}`}, two: visit{in: `{"only":["memory"]}`}},
	}
}
