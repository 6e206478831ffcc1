package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// StagesDir is where the stages are, one JSON file each, seen from the project's
// top.
const StagesDir = "config/stages"

// A Stage is one home's deployment: everything that differs from one to the next.
// It is a file in [StagesDir]; the JSON names are those of the tags.
type Stage struct {
	Name string `json:"-"` // of the file, without ".json"
	File string `json:"-"` // where it was read, for error messages; default: Name

	Production bool   `json:"production"`        // guards the stack against deletion, asks for an account; default: false
	Locale     string `json:"locale"`            // of the owner's Amazon account and the skill, "en-US"
	Account    string `json:"account,omitempty"` // twelve digits; default: that of the credentials in use
	Region     string `json:"region,omitempty"`  // default, and nothing else is right: the locale's

	URL         string      `json:"homeAssistantUrl"`     // "https://home.example.com", without a path
	HomeTimeout float64     `json:"homeAssistantTimeout"` // seconds that Home Assistant may take; default: 7
	TokenSource TokenSource `json:"tokenSource"`          // default: stored
	VerifySSL   bool        `json:"verifySsl"`            // false accepts any certificate; default: true
	CA          string      `json:"ca,omitempty"`         // PEM certificates to trust instead of the public ones; default: none

	SecretHeaders bool            `json:"secretHeaders,omitempty"` // send the home the headers that a SecureString holds, such as those of Cloudflare Access; default: false
	AllowedUsers  []string        `json:"allowedUsers,omitempty"`  // Login with Amazon user ids that may command; default: whoever linked the skill
	Policy        json.RawMessage `json:"policy,omitempty"`        // list of rules that deny or restrict directives; default: all are allowed

	SmartHomeSkillID string `json:"smartHomeSkillId"` // empty: no Smart Home skill may call the function
	CustomSkillID    string `json:"customSkillId"`    // empty: no custom skill may call it

	Memory        int    `json:"memory"`        // of the function, MB; default: 128
	Timeout       int    `json:"timeout"`       // of the function, seconds; default: 10
	RetentionDays int    `json:"retentionDays"` // of its log; default: 30
	LogLevel      string `json:"logLevel"`      // debug, info, warn or error; default: info
	AlarmEmail    string `json:"alarmEmail"`    // empty: alarms are seen, but tell nobody

	Tracing             bool    `json:"tracing,omitempty"`             // by X-Ray; default: false
	Insights            bool    `json:"insights,omitempty"`            // Lambda Insights, which costs; default: false
	ReservedConcurrency int     `json:"reservedConcurrency,omitempty"` // executions set aside for the function; default: none
	PermissionsBoundary string  `json:"permissionsBoundary,omitempty"` // name of the account's policy that bounds every role; default: none
	Budget              float64 `json:"budget,omitempty"`              // USD a month after which a mail comes; default: no mail
	WeeklyDoctor        bool    `json:"weeklyDoctor,omitempty"`        // look every week whether the way to the home is free; default: false
	ExternalCache       bool    `json:"externalCache,omitempty"`       // keep the cache in a table too, where it outlives every process; default: false
	KeepWarm            bool    `json:"keepWarm,omitempty"`            // run every five minutes; default: false
}

// NewStage returns a stage with every default and nothing else: it lacks a locale
// and a URL.
func NewStage(name string) Stage {
	return Stage{
		Name:          name,
		HomeTimeout:   7,
		TokenSource:   Stored,
		VerifySSL:     true,
		Memory:        128,
		Timeout:       10,
		RetentionDays: 30,
		LogLevel:      "info",
	}
}

// TokenParameterName returns the name of the SecureString that holds the token for
// Home Assistant.
func (s Stage) TokenParameterName() string { return ParameterPrefix(s.Name) + TokenParameter }

// HeadersParameterName returns the name of the SecureString that holds the secret
// headers for the home.
func (s Stage) HeadersParameterName() string { return ParameterPrefix(s.Name) + HeadersParameter }

// Load reads, decodes and validates one stage. The error holds every problem
// found, one [FieldError] each.
func Load(fsys fs.FS, file string) (Stage, error) {
	f, err := fsys.Open(file)
	if err != nil {
		return Stage{}, fmt.Errorf("%s cannot be read: %w; a stage is a JSON file in %s", file, cause(err), StagesDir)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return Stage{}, fmt.Errorf("%s cannot be read: %w", file, cause(err))
	}
	stage, err := Decode(file, data)
	if err != nil {
		return stage, err
	}
	return stage, stage.Validate()
}

// LoadAll loads every stage in dir, in the order of their names. The error holds
// the problems of all of them.
func LoadAll(fsys fs.FS, dir string) ([]Stage, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("there is no stage in %s; write one, such as %s/dev.json, or change to the project's top folder", dir, dir)
	}
	var stages []Stage
	var problems []error
	for _, file := range files {
		stage, err := Load(fsys, file)
		stages, problems = append(stages, stage), append(problems, err)
	}
	return stages, errors.Join(problems...)
}

// Names returns the names of the stages in dir, sorted, whatever is in their files.
func Names(fsys fs.FS, dir string) []string {
	files, _ := fs.Glob(fsys, path.Join(dir, "*.json")) // fails for a bad pattern only
	for i, file := range files {
		files[i] = nameOf(file)
	}
	return files
}

// cause returns what is below a PathError, whose text would name the file twice.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// A FieldError is one problem of one stage.
type FieldError struct {
	File    string // or the stage's name when it was not read from a file
	Field   string // as the file spells it; empty when the problem is the file as a whole
	Problem string // what is wrong and what to do
}

func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.File + " " + e.Problem
	}
	return e.File + ": " + e.Field + " " + e.Problem
}

// quote returns s as an error message may show it. What is too long for any
// setting may be a secret in the wrong place: only its length is told.
func quote(s string) string {
	if len(s) > 64 {
		return fmt.Sprintf("(%d characters)", len(s))
	}
	return fmt.Sprintf("%q", s)
}

// nameOf returns the stage that a file describes.
func nameOf(file string) string { return strings.TrimSuffix(path.Base(file), ".json") }
