package app

import "github.com/hearthgate/hearthgate/function/core"

func init() {
	const (
		trace = "1-5759e988-bd862e3fe1be46a994272793"
	)
	walks[core.Utility] = []walk{
		{op: "utility.generate_correlation_id",
			one: visit{want: `{"id":"<id>","source":"generated"}`},
			two: visit{in: `{"trace":"Root=` + trace + `"}`, want: `{"id":"` + trace + `","source":"trace"}`}},
		{op: "utility.timestamp",
			one: visit{in: `{"at":"2026-01-31T08:00:00Z"}`, want: `{"timestamp":"2026-01-31T08:00:00.000Z","format":"iso"}`},
			two: visit{in: `{"at":"2026-01-31T08:00:00Z","zone":"Asia/Tokyo"}`, want: `{"timestamp":"2026-01-31T17:00:00.000+09:00","format":"iso"}`}},
		{op: "utility.validate_string",
			one: visit{in: `{"value":"küchen","max":6}`, want: `{"valid":true,"length":6,"bytes":7,"problems":[]}`},
			two: visit{in: `{"value":"küchen","max":5}`, want: `{"valid":false,"length":6,"bytes":7,"problems":["the text is 6 characters long; the maximum is 5"]}`}},
		{op: "utility.validate_number",
			one: visit{in: `{"value":"21","whole":true}`, want: `{"valid":true,"number":21,"whole":true,"problems":[]}`},
			two: visit{in: `{"value":"21.5","whole":true}`, want: `{"valid":false,"number":21.5,"whole":false,"problems":["~^21.5 is not "]}`}},
		{op: "utility.validate_structure",
			one: visit{in: `{"value":{"a":1}}`, want: `{"valid":true,"kind":"object","depth":1,"keys":1,"problems":[]}`},
			two: visit{in: `{"value":{"a":[1],"b":2}}`, want: `{"valid":true,"kind":"object","depth":2,"keys":2,"problems":[]}`}},
		{op: "utility.create_response",
			one: visit{in: `{"data":1}`, want: `{"success":true,"message":"ok","data":1,"error":null,"timestamp":"<time>","correlation_id":"","duration":0}`},
			two: visit{in: `{"error":{"kind":"invalid"}}`, want: `{"success":false,"data":null,"error":{"kind":"invalid"},"timestamp":"<time>"}`}},
		{op: "utility.format_response",
			one: visit{in: `{"response":{"success":true,"message":"ok"},"format":"text"}`, want: `{"text":"ok\n"}`},
			two: visit{in: `{"response":{"success":false,"message":"no","error":{"kind":"gone"}},"format":"text"}`, want: `{"text":"failed (gone): no\n"}`}},
		{op: "utility.parse_json",
			one: visit{in: `{"text":"{\"a\":{\"b\":1}}"}`, want: `{"value":{"a":{"b":1}},"kind":"object","depth":2,"keys":2}`},
			two: visit{in: `{"text":"[]"}`, want: `{"value":[],"kind":"list","depth":1,"keys":0}`}},
		{op: "utility.merge",
			one: visit{in: `{"base":{"a":1},"over":{}}`, want: `{"value":{"a":1},"added":0,"replaced":0}`},
			two: visit{in: `{"base":{"a":1,"c":3},"over":{"a":2,"b":4}}`, want: `{"value":{"a":2,"b":4,"c":3},"added":1,"replaced":1}`}},
		{op: "utility.filter_keys",
			one: visit{in: `{"value":{"a":1},"drop":["b"]}`, want: `{"value":{"a":1},"kept":1,"dropped":0}`},
			two: visit{in: `{"value":{"a":1},"drop":["a"]}`, want: `{"value":{},"kept":0,"dropped":1}`}},
		{op: "utility.render_template",
			one: visit{in: `{"template":"{{a}}, {{a}}","values":{"a":"1"}}`, want: `{"text":"1, 1","names":["a"]}`},
			two: visit{in: `{"template":"{{a}}","values":{"a":"<"}}`, want: `{"text":"&lt;","names":["a"]}`}},
		{op: "utility.system_info",
			one: visit{env: map[string]string{"AWS_LAMBDA_FUNCTION_NAME": "hearthgate-home", "AWS_LAMBDA_FUNCTION_VERSION": "7", "AWS_REGION": "eu-west-1"},
				want: `{"function":"hearthgate-home","version":"7","region":"eu-west-1","limit":2147483648,"go":"~^go1\\.","platform":"~^[a-z]+/[a-z0-9]+$","started":"<time>","time":"<time>","uptime_seconds":"<1e-9..60>","memory":"<1e6..1e10>"}`},
			two: visit{env: map[string]string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3008"}, want: `{"function":"","version":"","region":"","limit":3154116608}`}},
		{op: "utility.cost",
			one: visit{want: `{"known":true,"level":"normal","share":"<0..0.1>","works":{"name=debug_lines":{"runs":true,"stops_at":0.75},"name=probes":{"runs":true,"stops_at":0.9},"name=refresh_ahead":{"runs":true,"stops_at":0.95}},
				"usage":{"name=invocations":{"used":0,"limit":1000000}}}`},
			two: visit{in: `{"share":0.9}`, want: `{"level":"protection","share":0.9,"works":{"name=debug_lines":{"runs":false},"name=probes":{"runs":false},"name=refresh_ahead":{"runs":true}}}`}},
		{op: "utility.health_check",
			one: visit{want: `{"ok":true,"checks":[{"name":"clock","ok":true,"found":"<time>"},{"name":"random","ok":true},{"name":"json","ok":true},{"name":"tmp","ok":true,"found":"65536 bytes written and read"},
				{"name":"memory","ok":true,"found":"~^[0-9]+ of 2048 MB$"}]}`},
			two: visit{in: `{"only":["memory"]}`, env: map[string]string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3008"}, want: `{"ok":true,"checks":[{"name":"memory","ok":true,"found":"~^[0-9]+ of 3008 MB$"}]}`}},
		{op: "utility.health",
			one: visit{want: `{"points":100,"reasons":null,"facts":{"cost_level":"normal","cost_share":"<0..0.1>"}}`},
			two: visit{before: after(`metrics.restore ` + busy()), want: `{"points":55,"reasons":["~95 % of the free invocations.*debug_lines, probes, refresh_ahead$"],"facts":{"cost_level":"emergency","cost_share":` + busyShare + `}}`}},
	}
}
