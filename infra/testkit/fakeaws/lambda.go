package fakeaws

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/localrun"
)

// A runner is a deployed function at work.
type runner struct {
	function *localrun.Function
	dir      string
}

func (r *runner) close() {
	r.function.Close()
	os.RemoveAll(r.dir)
}

// retire ends the processes of a function, so that the next event meets the new one;
// the caller holds mu.
func (c *Cloud) retire(arn string) {
	for of, r := range c.running {
		if strings.HasPrefix(of, arn+":") {
			r.close()
			delete(c.running, of)
		}
	}
}

// Rerun restarts every function at its next event, with these variables instead of
// [Options].Env.
func (c *Cloud) Rerun(env ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.env = env
	for _, r := range c.running {
		r.close()
	}
	clear(c.running)
}

// Vary gives one function, by its name, these variables over all others, and restarts it at
// its next event.
func (c *Cloud) Vary(function string, env ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.varied == nil {
		c.varied = map[string][]string{}
	}
	c.varied[function] = env
	for arn := range c.running {
		if strings.Contains(arn, ":function:"+function) {
			c.retire(arn)
		}
	}
}

const functions = "/2015-03-31/functions/"

func lambdaAction(in call) string {
	path := strings.TrimPrefix(in.URL.Path, functions)
	_, rest, _ := strings.Cut(path, "/")
	switch {
	case in.Method == http.MethodPost && rest == "invocations":
		return "Invoke"
	case rest == "configuration":
		return "GetFunctionConfiguration"
	case rest == "policy":
		return "GetPolicy"
	case rest == "versions":
		return "ListVersionsByFunction"
	case strings.HasPrefix(rest, "aliases/") && in.Method == http.MethodPut:
		return "UpdateAlias"
	case strings.HasPrefix(rest, "aliases/"):
		return "GetAlias"
	}
	return "GetFunction"
}

func (c *Cloud) lambda(w http.ResponseWriter, in call) {
	name, qualifier := functionOf(in)
	c.mu.Lock()
	s, function := c.function(in.region, name)
	var alias *Resource
	var number string
	var properties map[string]any
	if function != nil {
		alias = s.alias(function, qualifier)
		number, properties = s.version(function, alias, qualifier)
	}
	c.mu.Unlock()
	switch {
	case function == nil:
		fail(w, in, missing("ResourceNotFoundException", "Function not found: arn:aws:lambda:%s:%s:function:%s", in.region, c.account, name))
		return
	case qualifier != "" && qualifier != "$LATEST" && alias == nil:
		fail(w, in, missing("ResourceNotFoundException", "Function not found: arn:aws:lambda:%s:%s:function:%s:%s", in.region, c.account, name, qualifier))
		return
	}
	switch in.action {
	case "Invoke":
		c.invoke(w, in, s, function, number, properties)
	case "GetFunction":
		reply(w, in, object{"Configuration": c.configuration(s, function, properties)}, nil)
	case "GetFunctionConfiguration":
		reply(w, in, c.configuration(s, function, properties), nil)
	case "GetPolicy":
		c.policy(w, in, s, function, alias)
	case "GetAlias", "UpdateAlias", "ListVersionsByFunction":
		c.versions(w, in, s, function, alias)
	default:
		fail(w, in, unknown(in))
	}
}

// function finds a function by its name; the caller holds mu.
func (c *Cloud) function(region, name string) (*stack, *Resource) {
	for _, s := range c.stacks {
		for _, r := range s.resources {
			if s.region == region && r.Type == "AWS::Lambda::Function" && r.PhysicalID == name {
				return s, r
			}
		}
	}
	return nil, nil
}

// alias finds an alias of a function by its name.
func (s *stack) alias(function *Resource, name string) *Resource {
	for _, r := range s.resources {
		if r.Type == "AWS::Lambda::Alias" && strings.HasSuffix(r.PhysicalID, function.PhysicalID+":"+name) {
			return r
		}
	}
	return nil
}

func (c *Cloud) configuration(s *stack, function *Resource, p map[string]any) object {
	c.mu.Lock()
	defer c.mu.Unlock()
	return object{
		"FunctionName": function.PhysicalID, "FunctionArn": function.arn(s.region), "Timeout": p["Timeout"], "MemorySize": p["MemorySize"],
		"Architectures": p["Architectures"], "Runtime": p["Runtime"], "Environment": p["Environment"], "State": "Active", "LastUpdateStatus": "Successful",
		"LoggingConfig": object{"LogGroup": logGroup(function)},
	}
}

// logGroup returns where a function writes its log.
func logGroup(function *Resource) string {
	if logging, ok := function.Properties["LoggingConfig"].(map[string]any); ok {
		if group, ok := logging["LogGroup"].(string); ok {
			return group
		}
	}
	return "/aws/lambda/" + function.PhysicalID
}

// invoke runs the deployed function in a version.
func (c *Cloud) invoke(w http.ResponseWriter, in call, s *stack, function *Resource, number string, properties map[string]any) {
	r, err := c.runner(in, s, function, number, properties)
	if err != nil {
		fail(w, in, err)
		return
	}
	written := len(r.function.Lines())
	v, err := r.function.Invoke(in.Context(), in.body)
	if err != nil {
		fail(w, in, err)
		return
	}
	lines := r.function.Lines()[written:]
	c.mu.Lock()
	group := logGroup(function)
	c.log(group, lines...)
	c.mu.Unlock()
	w.Header().Set("X-Amz-Executed-Version", cmp.Or(number, "$LATEST"))
	if in.Header.Get("X-Amz-Log-Type") == "Tail" {
		tail := strings.Join(lines, "\n")
		w.Header().Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString([]byte(tail[max(0, len(tail)-4096):])))
	}
	if v.FunctionError != "" {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
	}
	w.Write(v.Payload)
}

// runner returns the function at work, started if it was not. While it starts it
// asks us for its parameters.
func (c *Cloud) runner(in call, s *stack, function *Resource, number string, properties map[string]any) (*runner, error) {
	c.starting.Lock()
	defer c.starting.Unlock()
	c.mu.Lock()
	arn, group := function.arn(s.region)+":"+number, logGroup(function)
	running := c.running[arn]
	code, _ := properties["Code"].(map[string]any)
	zip, ok := c.objects[fmt.Sprintf("%v/%v", code["S3Bucket"], code["S3Key"])]
	o := localrun.Options{
		Env:     c.environment(s, function, properties),
		Timeout: time.Duration(integer(properties["Timeout"])) * time.Second, MemoryMB: integer(properties["MemorySize"]),
	}
	c.mu.Unlock()
	switch {
	case running != nil:
		return running, nil
	case c.options.Binary == nil:
		return nil, errors.New("functions cannot be invoked: fakeaws was given nothing that runs them")
	case !ok:
		return nil, fmt.Errorf("the code of %s is not in %v", function.PhysicalID, code)
	}
	var err error
	if o.Binary, o.Prefix, err = c.options.Binary(in.Context(), zip); err != nil {
		return nil, err
	}
	if o.Dir, err = os.MkdirTemp("", "fakeaws-"); err != nil {
		return nil, err
	}
	f, err := localrun.Start(in.Context(), o)
	if err != nil {
		os.RemoveAll(o.Dir)
		return nil, fault{http.StatusBadGateway, "ServiceException", err.Error()}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running[arn] = &runner{f, o.Dir}
	c.log(group, f.Lines()...)
	return c.running[arn], nil
}

// environment returns what the function is started with.
func (c *Cloud) environment(s *stack, function *Resource, properties map[string]any) []string {
	env := append([]string{"AWS_REGION=" + s.region, "AWS_LAMBDA_FUNCTION_NAME=" + filepath.Base(function.PhysicalID)}, c.Environment()...)
	env = append(env, "AWS_ACCESS_KEY_ID="+functionKey)
	variables, _ := properties["Environment"].(map[string]any)
	values, _ := variables["Variables"].(map[string]any)
	for name, v := range values {
		env = append(env, fmt.Sprintf("%s=%v", name, v))
	}
	return append(append(env, c.env...), c.varied[function.PhysicalID]...)
}

// integer reads a number, which templates write as text too.
func integer(v any) int {
	var n float64
	fmt.Sscan(fmt.Sprint(v), &n)
	return int(n)
}
