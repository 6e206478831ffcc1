package broker

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// Credentials are those of a role, as Lambda puts them into a function's environment.
type Credentials struct{ AccessKeyID, SecretAccessKey, SessionToken string }

// Environment returns the credentials and the region as variables, "NAME=value".
func (c Credentials) Environment(region string) []string {
	return []string{"AWS_ACCESS_KEY_ID=" + c.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + c.SecretAccessKey, "AWS_SESSION_TOKEN=" + c.SessionToken, "AWS_REGION=" + region}
}

// NewCredentials returns credentials that no one knows.
func NewCredentials() Credentials {
	return Credentials{"ASIA" + rand.Text()[:16], rand.Text() + "/+" + rand.Text(), rand.Text() + "+/=" + rand.Text()}
}

type role struct {
	Credentials
	attached []*Policy
}

func (r *role) name() string        { return "role " + r.AccessKeyID }
func (r *role) policies() []*Policy { return r.attached }

// Role makes credentials of a role with policies.
func (b *Broker) Role(policies ...[]byte) (Credentials, error) {
	attached, err := parsePolicies(policies)
	if err != nil {
		return Credentials{}, err
	}
	c := NewCredentials()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.roles[c.AccessKeyID] = &role{c, attached}
	return c, nil
}

// upgrade lets a function in whose address is signed.
func (b *Broker) upgrade(w http.ResponseWriter, r *http.Request) {
	who, err := b.signed(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	if !b.admit() {
		http.Error(w, "too many connects in this second", http.StatusTooManyRequests)
		return
	}
	up := websocket.Upgrader{Subprotocols: []string{"mqtt"}, CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	b.establish(b.server, "wss", &visitor{Conn: &socket{Conn: ws.NetConn(), ws: ws}, principal: who, ended: make(chan struct{})})
}

// signed returns the role whose signature the address of r has.
func (b *Broker) signed(r *http.Request) (*role, error) {
	q := r.URL.Query()
	signature, token := q.Get("X-Amz-Signature"), q.Get("X-Amz-Security-Token")
	q.Del("X-Amz-Signature")
	q.Del("X-Amz-Security-Token") // appended after signing, as IoT Core wants it
	scope := strings.SplitN(q.Get("X-Amz-Credential"), "/", 2)
	b.mu.Lock()
	who := b.roles[scope[0]]
	b.mu.Unlock()
	at, err := time.Parse("20060102T150405Z", q.Get("X-Amz-Date"))
	const skew = 5 * time.Minute
	switch {
	case r.URL.Path != "/mqtt":
		return nil, fmt.Errorf("there is nothing at %s", r.URL.Path)
	case who == nil || len(scope) < 2 || token != who.SessionToken:
		return nil, fmt.Errorf("the credentials are not known")
	case err != nil || b.options.Now().Sub(at).Abs() > skew:
		return nil, fmt.Errorf("the signature has expired")
	case scope[1] != at.Format("20060102")+"/"+b.options.Region+"/iotdevicegateway/aws4_request":
		return nil, fmt.Errorf("the scope is wrong")
	case q.Get("X-Amz-Algorithm") != "AWS4-HMAC-SHA256" || q.Get("X-Amz-SignedHeaders") != "host":
		return nil, fmt.Errorf("the signature is of another kind")
	}
	empty := sha256.Sum256(nil)
	request := strings.Join([]string{r.Method, "/mqtt", canonical(q), "host:" + strings.ToLower(r.Host) + "\n", "host", hex.EncodeToString(empty[:])}, "\n")
	sum := sha256.Sum256([]byte(request))
	text := strings.Join([]string{"AWS4-HMAC-SHA256", q.Get("X-Amz-Date"), scope[1], hex.EncodeToString(sum[:])}, "\n")
	key := []byte("AWS4" + who.SecretAccessKey)
	for _, part := range append(strings.Split(scope[1], "/"), text) {
		mac := hmac.New(sha256.New, key)
		io.WriteString(mac, part)
		key = mac.Sum(nil)
	}
	if !hmac.Equal([]byte(hex.EncodeToString(key)), []byte(signature)) {
		return nil, fmt.Errorf("the signature does not match")
	}
	return who, nil
}

// canonical returns a query as signatures have it.
func canonical(q url.Values) string {
	var pairs []string
	for name, values := range q {
		for _, v := range values {
			pairs = append(pairs, escape(name)+"="+escape(v))
		}
	}
	sort.Strings(pairs)
	return strings.Join(pairs, "&")
}

func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// A socket is a WebSocket as a stream of bytes.
type socket struct {
	net.Conn
	ws *websocket.Conn
	r  io.Reader // of the message that is being read; nil between messages
}

func (s *socket) Read(p []byte) (int, error) {
	for {
		if s.r == nil {
			kind, r, err := s.ws.NextReader()
			if err != nil || kind != websocket.BinaryMessage {
				return 0, io.EOF
			}
			s.r = r
		}
		n, err := s.r.Read(p)
		if err == io.EOF {
			s.r, err = nil, nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (s *socket) Write(p []byte) (int, error) {
	if err := s.ws.WriteMessage(websocket.BinaryMessage, p); err != nil {
		return 0, err
	}
	return len(p), nil
}
