package fakeaws

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A Certificate is one of IoT Core.
type Certificate struct {
	ID, PEM, Status string // ACTIVE, INACTIVE or REVOKED
	Policies        []string
	Created         time.Time

	region string
}

// RelayHost returns the host of the account's broker in a region.
func RelayHost(region string) string { return "a1b2c3d4e5f6g7-ats.iot." + region + ".amazonaws.com" }

// Certificates returns the certificates of IoT Core, oldest first.
func (c *Cloud) Certificates() (all []Certificate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range c.certificates {
		all = append(all, *one)
	}
	slices.SortFunc(all, func(x, y Certificate) int { return x.Created.Compare(y.Created) })
	return all
}

// iotAction returns the name of a call of IoT Core.
func iotAction(in call) string {
	root, _, _ := strings.Cut(strings.TrimPrefix(in.URL.Path, "/"), "/")
	return map[string]string{
		"GET endpoint": "DescribeEndpoint", "POST certificates": "CreateCertificateFromCsr", "GET certificates": "DescribeCertificate",
		"PUT certificates": "UpdateCertificate", "DELETE certificates": "DeleteCertificate", "GET policies": "GetPolicy",
		"PUT target-policies": "AttachPolicy", "POST target-policies": "DetachPolicy", "POST policy-targets": "ListTargetsForPolicy",
	}[in.Method+" "+root]
}

// iotRights returns what IAM asks of a call of IoT Core.
func (c *Cloud) iotRights(in call, by, action string, arn func(string, string) string) []Right {
	_, name, _ := strings.Cut(strings.TrimPrefix(in.URL.Path, "/"), "/")
	switch in.action {
	case "DescribeCertificate", "UpdateCertificate", "DeleteCertificate":
		return []Right{{by, action, arn("iot", "cert/"+name)}}
	case "AttachPolicy", "DetachPolicy":
		return []Right{{by, action, target(in)}}
	case "GetPolicy", "ListTargetsForPolicy":
		return []Right{{by, action, arn("iot", "policy/"+name)}}
	}
	return []Right{{by, action, "*"}}
}

func target(in call) string {
	var body struct{ Target string }
	_ = json.Unmarshal(in.body, &body) // a call without one is rejected below
	return body.Target
}

func (c *Cloud) iot(w http.ResponseWriter, in call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, name, _ := strings.Cut(strings.TrimPrefix(in.URL.Path, "/"), "/")
	name, _ = url.PathUnescape(name)
	answer, err := c.iotCall(in, name)
	reply(w, in, answer, err)
}

func (c *Cloud) iotCall(in call, name string) (object, error) {
	switch in.action {
	case "DescribeEndpoint":
		if in.URL.Query().Get("endpointType") != "iot:Data-ATS" {
			return nil, bad("InvalidRequestException", "the endpoint type is not one that a relay uses")
		}
		return object{"endpointAddress": RelayHost(in.region)}, nil
	case "CreateCertificateFromCsr":
		return c.signCSR(in)
	case "GetPolicy":
		p := c.iotPolicy(in.region, name)
		if p == nil {
			return nil, noPolicy(name)
		}
		document, _ := json.Marshal(p.Properties["PolicyDocument"]) // it was JSON
		return object{"policyName": name, "policyDocument": string(document), "policyArn": p.arn(in.region)}, nil
	case "ListTargetsForPolicy":
		if c.iotPolicy(in.region, name) == nil {
			return nil, noPolicy(name)
		}
		targets := list{}
		for _, id := range slices.Sorted(maps.Keys(c.certificates)) {
			if one := c.certificates[id]; one.region == in.region && slices.Contains(one.Policies, name) {
				targets = append(targets, c.certificateARN(one))
			}
		}
		return object{"targets": targets}, nil
	}
	id := name
	if in.action == "AttachPolicy" || in.action == "DetachPolicy" {
		_, id, _ = strings.Cut(target(in), ":cert/")
	}
	one := c.certificates[id]
	if one == nil || one.region != in.region {
		return nil, missing("ResourceNotFoundException", "The certificate given does not exist: %s", id)
	}
	return c.certificateCall(in, name, one)
}

func (c *Cloud) certificateCall(in call, name string, one *Certificate) (object, error) {
	switch in.action {
	case "AttachPolicy":
		if c.iotPolicy(in.region, name) == nil {
			return nil, noPolicy(name)
		}
		one.Policies = append(one.Policies, name)
		return object{}, nil
	case "DetachPolicy":
		one.Policies = slices.DeleteFunc(one.Policies, func(p string) bool { return p == name })
		return object{}, nil
	case "UpdateCertificate":
		one.Status = in.URL.Query().Get("newStatus")
		return object{}, nil
	case "DeleteCertificate":
		switch {
		case one.Status == "ACTIVE":
			return nil, fault{http.StatusConflict, "CertificateStateException", "Certificate must be deactivated (not ACTIVE) before deletion."}
		case len(one.Policies) > 0:
			return nil, fault{http.StatusConflict, "DeleteConflictException", "Certificate policies must be detached before deletion (arn: " + c.certificateARN(one) + ")"}
		}
		delete(c.certificates, one.ID)
		return object{}, nil
	case "DescribeCertificate":
		return object{"certificateDescription": object{
			"certificateArn": c.certificateARN(one), "certificateId": one.ID, "status": one.Status, "certificatePem": one.PEM,
			"creationDate": float64(one.Created.UnixMilli()) / 1000, "validity": object{"notBefore": one.Created.Unix(), "notAfter": one.Created.AddDate(24, 0, 0).Unix()},
		}}, nil
	}
	return nil, unknown(in)
}

// signCSR makes a certificate from a request; the caller holds mu.
func (c *Cloud) signCSR(in call) (object, error) {
	var body struct{ CertificateSigningRequest string }
	_ = json.Unmarshal(in.body, &body) // what is missing is reported below
	block, _ := pem.Decode([]byte(body.CertificateSigningRequest))
	if block == nil {
		return nil, bad("InvalidRequestException", "The certificate signing request is not PEM")
	}
	request, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil || request.CheckSignature() != nil {
		return nil, bad("InvalidRequestException", "The certificate signing request is not valid")
	}
	authority, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: request.Subject, NotBefore: now, NotAfter: now.AddDate(24, 0, 0),
	}, &x509.Certificate{Subject: pkix.Name{CommonName: "AWS IoT"}}, request.PublicKey, authority)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(der)
	one := &Certificate{ID: hex.EncodeToString(sum[:]), Status: "INACTIVE", Created: now, region: in.region}
	one.PEM = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	if in.URL.Query().Get("setAsActive") == "true" {
		one.Status = "ACTIVE"
	}
	if c.certificates == nil {
		c.certificates = map[string]*Certificate{}
	}
	c.certificates[one.ID] = one
	return object{"certificateArn": c.certificateARN(one), "certificateId": one.ID, "certificatePem": one.PEM}, nil
}

func (c *Cloud) certificateARN(one *Certificate) string {
	return "arn:aws:iot:" + one.region + ":" + c.account + ":cert/" + one.ID
}

// iotPolicy returns a policy that a stack has made, nil if there is none; the caller holds
// mu.
func (c *Cloud) iotPolicy(region, name string) *Resource {
	for _, s := range c.stacks {
		for _, r := range s.resources {
			if r.Type == "AWS::IoT::Policy" && r.PhysicalID == name && s.region == region {
				return r
			}
		}
	}
	return nil
}

func noPolicy(name string) error {
	return missing("ResourceNotFoundException", "Policy not found: %s", name)
}

// inUse returns why a resource cannot be deleted; nil if it can. The caller holds mu.
func (c *Cloud) inUse(r *Resource) error {
	for _, one := range c.certificates {
		if r.Type == "AWS::IoT::Policy" && slices.Contains(one.Policies, r.PhysicalID) {
			return bad("DeleteConflictException", "The policy cannot be deleted as the policy is attached to one or more principals (name=%s)", r.PhysicalID)
		}
	}
	return nil
}
