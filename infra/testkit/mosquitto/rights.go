package mosquitto

import (
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
)

// The rights of a policy, as Mosquitto has them.
type rights struct {
	client string // its id, or what that begins with
	topics string // lines of a list of rights
}

// compile returns the rights of a policy. What Mosquitto could only judge otherwise is an
// error, so that nothing is allowed by mistake.
func compile(document []byte) (r rights, err error) {
	p, err := broker.ParsePolicy(document)
	if err != nil {
		return r, err
	}
	for _, s := range p.Statement {
		if s.Effect != "Allow" {
			return r, fmt.Errorf("mosquitto has no statement with the effect %s", s.Effect)
		}
		for _, action := range s.Action {
			for _, resource := range s.Resource {
				if err := r.add(action, resource[strings.LastIndex(resource, ":")+1:]); err != nil {
					return r, err
				}
			}
		}
	}
	return r, nil
}

// add adds the right to an action on a resource such as topic/x.
func (r *rights) add(action, resource string) error {
	kind, name, _ := strings.Cut(resource, "/")
	name, any := strings.CutSuffix(name, "*")
	if strings.ContainsAny(name, "*?+#") || action != "iot:Connect" && any && !strings.HasSuffix(name, "/") {
		return fmt.Errorf("mosquitto has no pattern like %s", resource)
	}
	if any && action != "iot:Connect" {
		name += "#"
	}
	switch action + " " + kind {
	case "iot:Connect client":
		r.client = name
	case "iot:Publish topic":
		r.topics += "topic write " + name + "\n"
	case "iot:Receive topic":
		r.topics += "topic read " + name + "\n"
	case "iot:Subscribe topicfilter", "iot:RetainPublish topic": // see the package
	default:
		return fmt.Errorf("mosquitto has no right like %s on %s", action, resource)
	}
	return nil
}
