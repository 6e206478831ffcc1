package fakeaws

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// rest returns the action of a call, which its method and path determine.
func (c *Cloud) rest(in call) string {
	if in.service == "lambda" {
		return lambdaAction(in)
	}
	if in.service == "iot" {
		return iotAction(in)
	}
	q := in.URL.Query()
	switch {
	case q.Has("location"):
		return "GetBucketLocation"
	case q.Has("encryption"):
		return "GetBucketEncryption"
	case q.Has("list-type"):
		return "ListObjectsV2"
	}
	return map[string]string{"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject"}[in.Method]
}

func (c *Cloud) s3(w http.ResponseWriter, in call) {
	path := strings.TrimPrefix(in.URL.Path, "/")
	bucket, _, _ := strings.Cut(path, "/")
	w.Header().Set("Content-Type", "application/xml")
	c.mu.Lock()
	defer c.mu.Unlock()
	switch in.action {
	case "GetBucketLocation":
		if !c.hasBucket(bucket) {
			fail(w, in, missing("NoSuchBucket", "no bucket %s", bucket))
			return
		}
		io.WriteString(w, "<LocationConstraint>"+in.region+"</LocationConstraint>")
	case "GetBucketEncryption":
		io.WriteString(w, "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>")
	case "ListObjectsV2":
		var found strings.Builder
		n := 0
		for name, b := range c.objects {
			key, ok := strings.CutPrefix(name, bucket+"/")
			if ok && strings.HasPrefix(key, in.URL.Query().Get("prefix")) {
				n++
				fmt.Fprintf(&found, "<Contents><Key>%s</Key><Size>%d</Size></Contents>", element(key), len(b))
			}
		}
		fmt.Fprintf(w, "<ListBucketResult><Name>%s</Name><KeyCount>%d</KeyCount><IsTruncated>false</IsTruncated>%s</ListBucketResult>", bucket, n, found.String())
	case "PutObject":
		if in.Header.Get("X-Amz-Decoded-Content-Length") != "" {
			in.body = unchunk(in.body)
		}
		c.objects[path] = in.body
		sum := md5.Sum(in.body)
		w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:])+`"`)
	case "GetObject", "HeadObject":
		b, ok := c.objects[path]
		if !ok {
			fail(w, in, missing("NoSuchKey", "no object %s", path))
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(b)))
		if in.action == "GetObject" {
			w.Write(b)
		}
	default:
		fail(w, in, unknown(in))
	}
}

// hasBucket reports whether a stack has made a bucket; the caller holds mu.
func (c *Cloud) hasBucket(name string) bool {
	for _, s := range c.stacks {
		for _, r := range s.resources {
			if r.Type == "AWS::S3::Bucket" && r.PhysicalID == name {
				return true
			}
		}
	}
	return false
}

// unchunk takes a body apart that came with the signature of each chunk.
func unchunk(b []byte) []byte {
	var out []byte
	for {
		head, rest, ok := bytes.Cut(b, []byte("\r\n"))
		size, _, _ := bytes.Cut(head, []byte(";"))
		n, err := strconv.ParseInt(string(size), 16, 64)
		if !ok || err != nil || n == 0 || int(n) > len(rest) {
			return out
		}
		out = append(out, rest[:n]...)
		b = bytes.TrimPrefix(rest[n:], []byte("\r\n"))
	}
}
