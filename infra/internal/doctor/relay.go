package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

// relay checks what is in AWS of the stage's relay. Whether the home is connected and
// answers is what the function itself diagnoses.
func (t *Target) relay(ctx context.Context, f awsaccount.Function) []Step {
	steps := []Step{t.endpoint(ctx, f), t.homePolicy(ctx)}
	certificates, active := t.certificates(ctx)
	if steps = append(steps, certificates); len(active) > 0 {
		steps = append(steps, t.certificateUse(ctx, active))
	}
	return steps
}

// endpoint checks that the function connects to the account's broker.
func (t *Target) endpoint(ctx context.Context, f awsaccount.Function) Step {
	step := check("relay_endpoint", "asking AWS for the endpoint of the relay")
	host, err := t.Account.RelayEndpoint(ctx)
	if err != nil {
		return step.refused(err)
	}
	fix := "run `hearthgate deploy --stage " + t.Stage.Name + "`"
	if used := f.Environment[config.EnvRelayEndpoint]; used != host {
		return step.failed(Setup, "relay_endpoint", fmt.Sprintf("the function connects to %.80q, and the relay of the account is %s", used, host), fix)
	}
	stored, err := t.Account.Text(ctx, t.Stage.EndpointParameterName())
	switch {
	case awsaccount.CodeOf(err) == awsaccount.NotFound:
		return step.good(host, "the parameter "+t.Stage.EndpointParameterName()+" is gone, which the next deployment needs and `hearthgate deploy` writes")
	case err != nil:
		return step.refused(err)
	case stored != host:
		return step.failed(Setup, "relay_endpoint", fmt.Sprintf("the parameter %s has another host than the relay of the account, %s", t.Stage.EndpointParameterName(), host), fix)
	}
	return step.good(host)
}

// homePolicy checks that the policy of the home's certificates allows what the home needs,
// and nothing else.
func (t *Target) homePolicy(ctx context.Context) Step {
	name := relay.HomeClient(t.Stage.RelayName())
	step := check("relay_policy", "reading the policy of the home")
	text, err := t.Account.RelayPolicy(ctx, name)
	fix := "deploy the stage again; if that changes nothing, delete the policy's newer versions in the console of AWS IoT"
	switch {
	case awsaccount.CodeOf(err) == awsaccount.NotFound:
		return step.failed(Setup, "relay_policy", "there is no policy "+name, "run `hearthgate deploy --stage "+t.Stage.Name+"`")
	case err != nil:
		return step.refused(err)
	}
	got, err := allowed(text)
	if err != nil {
		return step.failed(Setup, "relay_policy", "the policy "+name+" was changed by hand: "+err.Error(), fix)
	}
	want := needed(t.Stage.RelayName(), "arn:aws:iot:"+t.Account.Region+":"+t.Account.ID+":")
	for _, right := range want {
		if !slices.Contains(got, right) {
			return step.failed(Setup, "relay_policy", fmt.Sprintf("the policy %s lacks %s", name, right), fix)
		}
	}
	for _, right := range got {
		if !slices.Contains(want, right) {
			return step.failed(Setup, "relay_policy", fmt.Sprintf("the policy %s allows %.200s too, which the home does not need", name, right), fix)
		}
	}
	return step.good(fmt.Sprintf("%s, %d rights", name, len(want)))
}

// needed returns what a home needs, as "action resource".
func needed(stage, arn string) []string {
	request, responses, presence := relay.RequestTopic(stage), relay.ReplyTopic(stage, relay.AnyProcess), relay.PresenceTopic(stage)
	return []string{
		"iot:Connect " + arn + "client/" + relay.HomeClient(stage),
		"iot:Subscribe " + arn + "topicfilter/" + request,
		"iot:Receive " + arn + "topic/" + request,
		"iot:Publish " + arn + "topic/" + responses,
		"iot:Publish " + arn + "topic/" + presence,
		"iot:RetainPublish " + arn + "topic/" + presence,
	}
}

// allowed returns what a document allows, as "action resource".
func allowed(document string) (all []string, err error) {
	var p struct {
		Statement []struct {
			Effect           string
			Action, Resource any
		}
	}
	if err := json.Unmarshal([]byte(document), &p); err != nil {
		return nil, fmt.Errorf("it cannot be read")
	}
	for _, s := range p.Statement {
		if s.Effect != "Allow" {
			return nil, fmt.Errorf("a statement has the effect %q", s.Effect)
		}
		for _, action := range texts(s.Action) {
			for _, resource := range texts(s.Resource) {
				all = append(all, action+" "+resource)
			}
		}
	}
	return all, nil
}

// texts returns a list that may be written as its only element.
func texts(v any) (all []string) {
	if text, ok := v.(string); ok {
		return []string{text}
	}
	list, _ := v.([]any)
	for _, item := range list {
		all = append(all, fmt.Sprint(item))
	}
	return all
}
