package awsaccount

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"
)

// A Plan is the plan of an account with AWS.
type Plan struct {
	Free    bool      `json:"free"`             // the account closes at Expires unless it is upgraded
	Active  bool      `json:"active"`           // it has begun and has not expired
	Credits float64   `json:"credits"`          // that are left, in Unit
	Unit    string    `json:"unit"`             // the currency, "USD"
	Expires time.Time `json:"expires,omitzero"` // the zero time if it does not
}

// Plan returns the plan of the account.
func (a *Account) Plan(ctx context.Context) (Plan, error) {
	var out struct {
		AccountPlanType             string
		AccountPlanStatus           string
		AccountPlanRemainingCredits struct {
			Amount float64
			Unit   string
		}
		AccountPlanExpirationDate string
	}
	if err := a.freeTier(ctx, "GetAccountPlanState", struct{}{}, &out); err != nil {
		return Plan{}, explain("reading the plan of the account", err)
	}
	p := Plan{out.AccountPlanType == "FREE", out.AccountPlanStatus == "ACTIVE", out.AccountPlanRemainingCredits.Amount, out.AccountPlanRemainingCredits.Unit, time.Time{}}
	p.Expires, _ = time.Parse(time.RFC3339, out.AccountPlanExpirationDate) // it may have none
	return p, nil
}

// An Allowance is what an account may use for free in a month, as AWS counts it.
type Allowance struct {
	Service  string  `json:"service"` // such as "AWS Lambda"
	Type     string  `json:"type"`    // AWS's name of what is counted, such as "Global-Request"
	Unit     string  `json:"unit"`
	Used     float64 `json:"used"`
	Forecast float64 `json:"forecast"` // for the whole month
	Limit    float64 `json:"limit"`
}

// Allowances returns what the account has used of what is free this month.
func (a *Account) Allowances(ctx context.Context) ([]Allowance, error) {
	var all []Allowance
	in := struct {
		MaxResults int    `json:"maxResults"`
		NextToken  string `json:"nextToken,omitempty"`
	}{MaxResults: 1000}
	for {
		var out struct {
			FreeTierUsages []struct {
				Service, UsageType, Unit                        string
				ActualUsageAmount, ForecastedUsageAmount, Limit float64
			}
			NextToken string
		}
		if err := a.freeTier(ctx, "GetFreeTierUsage", in, &out); err != nil {
			return nil, explain("reading what the account has used of what is free", err)
		}
		for _, u := range out.FreeTierUsages {
			all = append(all, Allowance{u.Service, u.UsageType, u.Unit, u.ActualUsageAmount, u.ForecastedUsageAmount, u.Limit})
		}
		if in.NextToken = out.NextToken; in.NextToken == "" {
			return all, nil
		}
	}
}

// freeTier calls the Free Tier API, which is one for all regions. It is two calls in AWS's
// JSON protocol, signed by the SDK; the SDK's own client for it would be one more module.
func (a *Account) freeTier(ctx context.Context, action string, in, out any) error {
	const region, most = "us-east-1", 4 << 20
	endpoint := "https://freetier." + region + ".api.aws/"
	if a.config.BaseEndpoint != nil {
		endpoint = *a.config.BaseEndpoint
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "AWSFreeTierService."+action)
	keys, err := a.config.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, keys, r, hex.EncodeToString(sum[:]), "freetier", region, time.Now()); err != nil {
		return err
	}
	send := http.DefaultClient.Do
	if a.config.HTTPClient != nil {
		send = a.config.HTTPClient.Do
	}
	res, err := send(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, most))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		var failure struct {
			Type    string `json:"__type"`
			Message string
		}
		if json.Unmarshal(answer, &failure) != nil || failure.Type == "" {
			return &smithy.DeserializationError{Err: fmt.Errorf("status %d", res.StatusCode)}
		}
		return &smithy.GenericAPIError{Code: failure.Type[strings.LastIndex(failure.Type, "#")+1:], Message: failure.Message}
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return &smithy.DeserializationError{Err: err}
	}
	return nil
}
