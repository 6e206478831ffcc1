package fakeaws

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
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

// retire ends the process of a function, so that the next event meets the new one;
// the caller holds mu.
func (c *Cloud) retire(arn string) {
	if r := c.running[arn]; r != nil {
		r.close()
		delete(c.running, arn)
	}
}

// Rerun restarts every function at its next event, with these variables instead of
// [Options].Env.
func (c *Cloud) Rerun(env ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.env = env
	for arn := range c.running {
		c.retire(arn)
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
	case strings.HasPrefix(rest, "aliases/"):
		return "GetAlias"
	}
	return "GetFunction"
}

func (c *Cloud) lambda(w http.ResponseWriter, in call) {
	name, _, _ := strings.Cut(strings.TrimPrefix(in.URL.EscapedPath(), functions), "/")
	name, _ = url.PathUnescape(name)
	qualifier := in.URL.Query().Get("Qualifier")
	if parts := strings.Split(name, ":"); len(parts) > 6 {
		name = parts[6]
		if len(parts) > 7 {
			qualifier = parts[7]
		}
	} else if before, after, ok := strings.Cut(name, ":"); ok {
		name, qualifier = before, after
	}
	c.mu.Lock()
	s, function := c.function(in.region, name)
	var alias *Resource
	if function != nil {
		alias = s.alias(function, qualifier)
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
		c.invoke(w, in, s, function)
	case "GetFunction":
		reply(w, in, object{"Configuration": c.configuration(s, function)}, nil)
	case "GetFunctionConfiguration":
		reply(w, in, c.configuration(s, function), nil)
	case "GetPolicy":
		c.policy(w, in, s, function, alias)
	case "GetAlias":
		reply(w, in, object{"Name": "live", "FunctionVersion": "1"}, nil)
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

func (c *Cloud) configuration(s *stack, function *Resource) object {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := function.Properties
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

// invoke runs the deployed function.
func (c *Cloud) invoke(w http.ResponseWriter, in call, s *stack, function *Resource) {
	r, err := c.runner(in, s, function)
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
	w.Header().Set("X-Amz-Executed-Version", "1")
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
func (c *Cloud) runner(in call, s *stack, function *Resource) (*runner, error) {
	c.starting.Lock()
	defer c.starting.Unlock()
	c.mu.Lock()
	arn, group := function.arn(s.region), logGroup(function)
	running := c.running[arn]
	code, _ := function.Properties["Code"].(map[string]any)
	zip, ok := c.objects[fmt.Sprintf("%v/%v", code["S3Bucket"], code["S3Key"])]
	o := localrun.Options{
		Env:     c.environment(s, function),
		Timeout: time.Duration(number(function.Properties["Timeout"])) * time.Second, MemoryMB: number(function.Properties["MemorySize"]),
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
func (c *Cloud) environment(s *stack, function *Resource) []string {
	env := append([]string{"AWS_REGION=" + s.region, "AWS_LAMBDA_FUNCTION_NAME=" + filepath.Base(function.PhysicalID)}, c.Environment()...)
	variables, _ := function.Properties["Environment"].(map[string]any)
	values, _ := variables["Variables"].(map[string]any)
	for name, v := range values {
		env = append(env, fmt.Sprintf("%s=%v", name, v))
	}
	return append(env, c.env...)
}

// number reads a number, which templates write as text too.
func number(v any) int {
	var n float64
	fmt.Sscan(fmt.Sprint(v), &n)
	return int(n)
}
