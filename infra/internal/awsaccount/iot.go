package awsaccount

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
)

// A Certificate is one with which a home connects to AWS IoT Core.
type Certificate struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	Active  bool      `json:"active"`

	PEM string `json:"-"` // of a new one; it is not secret
	arn string
}

// RelayEndpoint returns the host of the account's broker in this region, which signs with
// Amazon's own authority.
func (a *Account) RelayEndpoint(ctx context.Context) (string, error) {
	out, err := iot.NewFromConfig(a.config).DescribeEndpoint(ctx, &iot.DescribeEndpointInput{EndpointType: aws.String("iot:Data-ATS")})
	err = explain("asking for the endpoint of AWS IoT Core", err)
	switch CodeOf(err) {
	case "":
		return aws.ToString(out.EndpointAddress), err
	case Unreachable:
		return "", &Error{Unreachable, fmt.Errorf("AWS IoT Core, which a relay needs, did not answer in %s: check the connection to the internet, and that the region has AWS IoT Core", a.Region)}
	}
	return "", err
}

// Certificates returns the certificates that have a policy, oldest first; the error is
// [NotFound] if there is no such policy.
func (a *Account) Certificates(ctx context.Context, policy string) ([]Certificate, error) {
	client := iot.NewFromConfig(a.config)
	pages := iot.NewListTargetsForPolicyPaginator(client, &iot.ListTargetsForPolicyInput{PolicyName: &policy})
	var all []Certificate
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("reading who has the policy "+policy, err)
		}
		for _, target := range page.Targets {
			_, id, ok := strings.Cut(target, ":cert/")
			if !ok {
				continue // a group, which is not ours
			}
			c, err := a.certificate(ctx, client, id)
			if err != nil {
				return nil, err
			}
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(x, y Certificate) int { return x.Created.Compare(y.Created) })
	return all, nil
}

func (a *Account) certificate(ctx context.Context, client *iot.Client, id string) (Certificate, error) {
	out, err := client.DescribeCertificate(ctx, &iot.DescribeCertificateInput{CertificateId: &id})
	if err != nil {
		return Certificate{}, explain("reading the certificate "+id, err)
	}
	d := out.CertificateDescription
	c := Certificate{ID: id, Created: aws.ToTime(d.CreationDate), Active: d.Status == types.CertificateStatusActive, arn: aws.ToString(d.CertificateArn)}
	if d.Validity != nil {
		c.Expires = aws.ToTime(d.Validity.NotAfter)
	}
	return c, nil
}

// CreateCertificate signs a request, in PEM, and gives the certificate a policy. It is
// active. Where the policy cannot be given there is no certificate.
func (a *Account) CreateCertificate(ctx context.Context, request, policy string) (Certificate, error) {
	client := iot.NewFromConfig(a.config)
	out, err := client.CreateCertificateFromCsr(ctx, &iot.CreateCertificateFromCsrInput{CertificateSigningRequest: &request, SetAsActive: true})
	if err != nil {
		return Certificate{}, explain("creating the home's certificate", err)
	}
	c := Certificate{ID: aws.ToString(out.CertificateId), Active: true, PEM: aws.ToString(out.CertificatePem), arn: aws.ToString(out.CertificateArn)}
	if _, err = client.AttachPolicy(ctx, &iot.AttachPolicyInput{PolicyName: &policy, Target: &c.arn}); err == nil {
		return c, nil
	}
	err = explain("giving the certificate the policy "+policy, err)
	const atMost = 15 * time.Second
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), atMost) // Ctrl-C must not leave it
	defer cancel()
	if left := a.remove(clean, client, c); left != nil {
		err = fmt.Errorf("%w; the certificate %s, which may do nothing, is left: delete it in the console of AWS IoT", err, c.ID)
	}
	return Certificate{}, err
}

// EndCertificate revokes a certificate that has a policy, and deletes it. AWS ends its
// connection within minutes.
func (a *Account) EndCertificate(ctx context.Context, c Certificate, policy string) error {
	client := iot.NewFromConfig(a.config)
	if err := a.revoke(ctx, client, c); err != nil {
		return err
	}
	if _, err := client.DetachPolicy(ctx, &iot.DetachPolicyInput{PolicyName: &policy, Target: &c.arn}); err != nil {
		return explain("taking the policy "+policy+" from the certificate", err)
	}
	return a.delete(ctx, client, c)
}

func (a *Account) remove(ctx context.Context, client *iot.Client, c Certificate) error {
	if err := a.revoke(ctx, client, c); err != nil {
		return err
	}
	return a.delete(ctx, client, c)
}

func (a *Account) revoke(ctx context.Context, client *iot.Client, c Certificate) error {
	_, err := client.UpdateCertificate(ctx, &iot.UpdateCertificateInput{CertificateId: &c.ID, NewStatus: types.CertificateStatusRevoked})
	return explain("revoking the certificate "+c.ID, err)
}

func (a *Account) delete(ctx context.Context, client *iot.Client, c Certificate) error {
	_, err := client.DeleteCertificate(ctx, &iot.DeleteCertificateInput{CertificateId: &c.ID})
	return explain("deleting the certificate "+c.ID, err)
}

// RelayPolicy returns the document of a policy of AWS IoT Core; the error is [NotFound] if
// there is none.
func (a *Account) RelayPolicy(ctx context.Context, name string) (string, error) {
	out, err := iot.NewFromConfig(a.config).GetPolicy(ctx, &iot.GetPolicyInput{PolicyName: &name})
	if err != nil {
		return "", explain("reading the policy "+name, err)
	}
	return aws.ToString(out.PolicyDocument), nil
}
