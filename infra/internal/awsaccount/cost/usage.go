package cost

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

const giga = 1e9

// What AWS IoT Core counts of a relay. It has no figures by stage, so these are an estimate
// from above: the home and one process of the function are connected all the time, and each
// invocation sends a request and gets a reply, which are counted when they come and when
// they go, as are the presences that the home repeats. The rule that counts those costs a
// tenth of a cent a month.
const (
	relayClients  = 2
	relayMessages = 4
)

// read returns what a deployed stage used since a time, as CloudWatch counted it. Of each
// decryption and trace it is the most that there can be.
func read(ctx context.Context, a *awsaccount.Account, s config.Stage, since time.Time) (Amounts, error) {
	name := config.FunctionName(s.Name)
	f, err := a.Function(ctx, name, config.Alias)
	if err != nil {
		return nil, err
	}
	r := reader{ctx: ctx, account: a, since: since}
	used := Amounts{
		Requests:    r.sum("AWS/Lambda", "Invocations", "FunctionName", name),
		Computing:   r.sum("AWS/Lambda", "Duration", "FunctionName", name) / 1000 * float64(f.Memory) / 1024, // of ms
		LogIntake:   r.sum("AWS/Logs", "IncomingBytes", "LogGroupName", f.LogGroup) / giga,
		Decryptions: r.sum(config.Namespace, config.ColdStart.Name, config.DimensionStage, s.Name) * float64(secrets(s)), // a process reads them once
	}
	log, err := a.LogGroup(ctx, f.LogGroup)
	if awsaccount.CodeOf(err) != awsaccount.NotFound {
		r.err = errors.Join(r.err, err)
	}
	used[LogStorage] = float64(log.Bytes) / giga
	if table := f.Environment[config.EnvCacheTable]; table != "" {
		used[TableReads] = r.sum("AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", table)
		used[TableWrites] = r.sum("AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", table)
	}
	if n := relays(s); n > 0 {
		used.add(Relayed(n, time.Since(since), used[Requests]))
	}
	if s.Tracing {
		used[Traces] = used[Requests]
	}
	if s.AlarmEmail != "" {
		used[Mails] = r.mails(s)
	}
	return used, r.err
}

// Relayed returns what AWS IoT Core counts, at most, of homes behind a relay for so long, if
// their functions are invoked so often in that time.
func Relayed(homes int, d time.Duration, invocations float64) Amounts {
	minutes := float64(homes) * d.Minutes()
	return Amounts{
		RelayMinutes:  relayClients * minutes,
		RelayMessages: relayMessages*invocations + relayClients*minutes/relay.AnnounceEvery.Minutes(),
	}
}

// secrets is how many secrets the function decrypts at the start of a process.
func secrets(s config.Stage) (n int) {
	for _, at := range s.Each() {
		n += len(at.StoredSecrets())
	}
	return n
}

// relays is how many of the homes have a relay.
func relays(s config.Stage) (n int) {
	for _, at := range s.Each() {
		if at.HasRelay() {
			n++
		}
	}
	return n
}

// A reader adds up metrics. It keeps the first error.
type reader struct {
	ctx     context.Context
	account *awsaccount.Account
	since   time.Time
	err     error
}

func (r *reader) sum(namespace, metric, dimension, value string) float64 {
	if r.err != nil {
		return 0
	}
	n, err := r.account.Sum(r.ctx, namespace, metric, dimension, value, r.since)
	r.err = err
	return n
}

// mails returns how many mails the topic of a stage's alarms delivered. A stage that was
// deployed before it had an address has no topic.
func (r *reader) mails(s config.Stage) (n float64) {
	alarm, err := r.account.Alarm(r.ctx, monitoring.AlarmPrefix(s.Name)+"errors") // which is mailed
	if awsaccount.CodeOf(err) == awsaccount.NotFound {
		return 0
	}
	r.err = errors.Join(r.err, err)
	for _, topic := range alarm.Topics {
		n += r.sum("AWS/SNS", "NumberOfNotificationsDelivered", "TopicName", topic[strings.LastIndex(topic, ":")+1:])
	}
	return n
}
