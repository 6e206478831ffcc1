// Package links is the pages of a stage on the web: in the consoles of AWS and of Amazon's
// developers.
package links

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// A Page is a page on the web.
type Page struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// Dashboards returns the pages of the dashboards that show a stage: its own, if it has one,
// and that of all homes, if it is in one.
func Dashboards(ctx context.Context, a *awsaccount.Account, s config.Stage) ([]Page, error) {
	names, err := made(ctx, a, s, "AWS::CloudWatch::Dashboard")
	if err != nil {
		return nil, err
	}
	if all, err := project.Layout(); err == nil { // a stage that cannot be read is reported elsewhere
		if o, ok := all.Overview(s.Name); ok {
			names = append(names, o.Name())
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("the stage %s has no dashboard: `hearthgate config set dashboards own --stage %[1]s` and `hearthgate deploy --stage %[1]s` give it one", s.Name)
	}
	var pages []Page
	for _, name := range names {
		pages = append(pages, Page{name, monitoring.DashboardURL(a.Region, name)})
	}
	return pages, nil
}

// Log returns the page of the log group of a stage's function.
func Log(ctx context.Context, a *awsaccount.Account, s config.Stage) ([]Page, error) {
	groups, err := made(ctx, a, s, "AWS::Logs::LogGroup")
	if err != nil {
		return nil, err
	}
	if len(groups) == 0 {
		return nil, fmt.Errorf("the stack %s in %s has no log group: deploy the stage again with `hearthgate deploy --stage %s`", config.StackName(s.Name), a.Region, s.Name)
	}
	group := groups[0]
	// The console's own escape: that of a URL, twice, with $ for %.
	escaped := strings.ReplaceAll(url.PathEscape(url.PathEscape(group)), "%", "$")
	return []Page{{group, console(a.Region, "cloudwatch", "logsV2:log-groups/log-group/"+escaped)}}, nil
}

// Stack returns the page of the stack of a stage.
func Stack(ctx context.Context, a *awsaccount.Account, s config.Stage) ([]Page, error) {
	name := config.StackName(s.Name)
	arn, _, err := a.StackResources(ctx, name)
	if err != nil {
		return nil, missing(err, s)
	}
	return []Page{{name, console(a.Region, "cloudformation", "/stacks/stackinfo?stackId="+url.QueryEscape(arn))}}, nil
}

// Skills returns the pages of a stage's skills in the Alexa developer console, and that of
// all skills of the developer.
func Skills(s config.Stage) ([]Page, error) {
	locale := strings.ReplaceAll(s.Locale, "-", "_")
	var pages []Page
	if s.SmartHomeSkillID != "" {
		pages = append(pages, Page{"Smart Home skill", fmt.Sprintf("%s/build/prebuilts/config/%s/development/%s/smartHome", alexa.SkillsPage, s.SmartHomeSkillID, locale)})
	}
	if s.CustomSkillID != "" {
		pages = append(pages, Page{"custom skill", fmt.Sprintf("%s/build/custom/%s/development/%s/dashboard", alexa.SkillsPage, s.CustomSkillID, locale)})
	}
	if len(pages) == 0 {
		return nil, fmt.Errorf("the stage %s has no skill yet: create one with `hearthgate skill create --stage %[1]s`, or set smartHomeSkillId", s.Name)
	}
	return append(pages, Page{"all skills", alexa.SkillsPage}), nil
}

// made returns the physical ids of what the stack of a stage has made of a type.
func made(ctx context.Context, a *awsaccount.Account, s config.Stage, typ string) ([]string, error) {
	_, all, err := a.StackResources(ctx, config.StackName(s.Name))
	if err != nil {
		return nil, missing(err, s)
	}
	var ids []string
	for _, r := range all {
		if r.Type == typ && r.ID != "" {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}

// missing returns the error of a stack that does not exist for a person.
func missing(err error, s config.Stage) error {
	if awsaccount.CodeOf(err) != awsaccount.NotFound {
		return err
	}
	return fmt.Errorf("the stage %s is not deployed in %s: run `hearthgate deploy --stage %[1]s` first", s.Name, s.Region)
}

// console returns the address of a page of a service in AWS's console.
func console(region, service, page string) string {
	return "https://" + region + ".console.aws.amazon.com/" + service + "/home?region=" + region + "#" + page
}
