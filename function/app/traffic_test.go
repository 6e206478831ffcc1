package app

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// A moment is one thing that happens in a day of a home's traffic.
type moment struct {
	at    time.Duration // since midnight
	what  string        // command, report, discovery, sentence, stranger, refused, operation, crash, away or revoked
	event string        // what the function is sent
	id    string        // of a directive's message
	user  int           // who gave the command, or whose Alexa asks
}

const (
	people  = 4
	devices = 40
	outage  = 13*time.Hour + 5*time.Minute  // when the home does not answer for a minute
	revoked = 14*time.Hour + 40*time.Minute // when the home rejects the token for half a minute
)

// A day makes a day of traffic, the same each time: its seed is fixed.
type day struct {
	*rand.Rand
	moments []moment
}

// traffic returns a day of a home with four people and forty devices.
func traffic() []moment {
	d := &day{Rand: rand.New(rand.NewPCG(7, 2026))}
	for person := range people {
		d.live(person)
	}
	d.routine(7*time.Hour, 14)
	d.routine(18*time.Hour+30*time.Minute, 9)
	d.routine(23*time.Hour, 20)
	d.add(6*time.Hour+45*time.Minute, "discovery", 0, "Alexa.Discovery", "Discover", -1) // an Echo that was restarted
	for range 3 {                                                                        // somebody plugs in something new
		d.add(d.between(9*time.Hour, 21*time.Hour), "discovery", 0, "Alexa.Discovery", "Discover", -1)
	}
	d.add(outage+20*time.Second, "discovery", 0, "Alexa.Discovery", "Discover", -1)
	d.moments = append(d.moments, moment{at: outage, what: "away"})
	for range 2 { // a process that ended in the middle of its work leaves its files behind
		d.moments = append(d.moments, moment{at: d.between(8*time.Hour, 22*time.Hour), what: "crash"})
	}
	for at := 30 * time.Minute; at < 24*time.Hour; at += 3 * time.Hour { // the owner looks in
		d.moments = append(d.moments, moment{at: at, what: "operation", event: `{"operation":"lambda.status"}`})
	}
	for person := range people { // what is said to the custom skill
		for range 6 {
			d.say(d.between(17*time.Hour, 22*time.Hour), person)
		}
	}
	for tap := range 4 { // a guest, who linked the skill and is not on the allow-list
		d.add(20*time.Hour+time.Duration(tap)*3*time.Second, "stranger", people, "Alexa.PowerController", "TurnOn", 1)
	}
	d.moments = append(d.moments, moment{at: revoked, what: "revoked"})
	for second := range 3 {
		d.add(revoked+time.Duration(second+1)*5*time.Second, "refused", 0, "Alexa.PowerController", "TurnOn", 1)
	}
	slices.SortStableFunc(d.moments, func(a, b moment) int { return cmp.Compare(a.at, b.at) })
	return d.moments
}

// live adds what a person says in a day, and the Alexa app's looking at what there is.
func (d *day) live(person int) {
	up, down := d.between(6*time.Hour, 8*time.Hour), d.between(22*time.Hour, 24*time.Hour)
	for at := up; at < down; at += time.Duration(d.ExpFloat64() * float64(9*time.Minute)) {
		if 9*time.Hour < at && at < 16*time.Hour && person > 0 {
			at = 16*time.Hour + d.between(0, 30*time.Minute) // at work, or at school
		}
		names := []string{"TurnOn", "TurnOff"}
		d.add(at, "command", person, "Alexa.PowerController", names[d.IntN(2)], d.IntN(devices))
		if d.IntN(5) == 0 { // the app is opened, and shows a room
			for room := range 8 {
				d.add(at+time.Duration(room)*30*time.Millisecond, "report", person, "Alexa", "ReportState", room)
			}
		}
	}
}

// routine adds commands that Alexa gives by itself, one after the other.
func (d *day) routine(at time.Duration, steps int) {
	for i := range steps {
		d.add(at+time.Duration(i)*150*time.Millisecond, "command", 0, "Alexa.PowerController", "TurnOn", i)
	}
}

func (d *day) add(at time.Duration, what string, person int, namespace, name string, device int) {
	id := fmt.Sprintf("m%d", len(d.moments))
	scope := fmt.Sprintf(`"scope":{"type":"BearerToken","token":"%s-of-%d"}`, canary, person)
	header := fmt.Sprintf(`"header":{"namespace":%q,"name":%q,"payloadVersion":"3","messageId":%q,"correlationToken":"c-%s"}`, namespace, name, id, canary)
	event := `{"directive":{` + header + fmt.Sprintf(`,"endpoint":{"endpointId":"light#%d",`, device) + scope + `},"payload":{}}}`
	if device < 0 {
		header = strings.Replace(header, `,"correlationToken":"c-`+canary+`"`, "", 1) // which a discovery has none of
		event = `{"directive":{` + header + `,"payload":{` + scope + `}}}`
	}
	d.moments = append(d.moments, moment{at, what, event, id, person})
}

// say adds a sentence that a person says to the custom skill.
func (d *day) say(at time.Duration, person int) {
	event := said(config.SentenceIntent, fmt.Sprintf("%s-of-%d", canary, person))
	d.moments = append(d.moments, moment{at: at, what: "sentence", event: event, user: person})
}

func (d *day) between(from, to time.Duration) time.Duration {
	return from + time.Duration(d.Int64N(int64(to-from)))
}
