package fakeaws

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
)

// object and list are what answers are made of, in XML as in JSON.
type (
	object = map[string]any
	list   = []any
)

// query answers a call of a service that speaks Query, in XML.
func query(w http.ResponseWriter, in call, answer object, err error) {
	if err != nil {
		fail(w, in, err)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprintf(w, "<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult><ResponseMetadata><RequestId>request</RequestId></ResponseMetadata></%[1]sResponse>", in.action, element(answer))
}

// element writes a value as XML; what a list holds is called member.
func element(v any) string {
	var b strings.Builder
	switch v := v.(type) {
	case object:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			fmt.Fprintf(&b, "<%s>%s</%s>", name, element(v[name]), name)
		}
	case list:
		for _, item := range v {
			fmt.Fprintf(&b, "<member>%s</member>", element(item))
		}
	default:
		var text bytes.Buffer
		xml.EscapeText(&text, []byte(fmt.Sprint(v)))
		return text.String()
	}
	return b.String()
}

// reply answers a call of a service that speaks JSON.
func reply(w http.ResponseWriter, in call, answer any, err error) {
	if err != nil {
		fail(w, in, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	json.NewEncoder(w).Encode(answer)
}

// fail answers with an error, in the words of the service.
func fail(w http.ResponseWriter, in call, err error) {
	f := fault{http.StatusInternalServerError, "InternalFailure", err.Error()}
	errors.As(err, &f)
	switch {
	case in.service == "monitoring":
		w.Header().Set("Content-Type", "application/cbor")
		w.Header().Set("smithy-protocol", "rpc-v2-cbor")
		w.WriteHeader(f.status)
		w.Write(cbor.Encode(cbor.Map{"__type": cbor.String(f.code), "message": cbor.String(f.message)}))
	case in.form != nil || in.service == "s3":
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(f.status)
		inner := element(object{"Code": f.code, "Message": f.message, "Type": "Sender"})
		if in.service == "s3" {
			fmt.Fprintf(w, "<Error>%s</Error>", inner)
			return
		}
		fmt.Fprintf(w, "<ErrorResponse><Error>%s</Error><RequestId>request</RequestId></ErrorResponse>", inner)
	default:
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.Header().Set("X-Amzn-ErrorType", f.code)
		w.WriteHeader(f.status)
		json.NewEncoder(w).Encode(object{"__type": f.code, "message": f.message, "Message": f.message})
	}
}

// unknown is the error for a call that is not answered here.
func unknown(in call) error {
	return bad("UnknownOperationException", "%s.%s is not answered here", in.service, in.action)
}
