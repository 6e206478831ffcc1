package awsaccount

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

// A Line is a line of a log.
type Line struct {
	At   time.Time
	ID   string
	Text string
}

// A Scan chooses lines of a log.
type Scan struct {
	Group    string
	Pattern  string    // a filter pattern of CloudWatch; default: all lines
	From, To time.Time // both included; default of To: now

	Pages int // the most that are read, of up to 1 MB each; default: all
	Limit int // of lines on a page; default: 10,000
}

// Scan reads lines of a log, oldest first, and hands them to read page by page. It ends
// when read returns false. More reports whether there are lines that were not read,
// because they were on further pages.
func (a *Account) Scan(ctx context.Context, s Scan, read func([]Line) bool) (more bool, err error) {
	in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &s.Group, StartTime: aws.Int64(s.From.UnixMilli())}
	if s.Pattern != "" {
		in.FilterPattern = &s.Pattern
	}
	if !s.To.IsZero() {
		in.EndTime = aws.Int64(s.To.UnixMilli())
	}
	if s.Limit > 0 {
		in.Limit = aws.Int32(int32(s.Limit))
	}
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(cloudwatchlogs.NewFromConfig(a.config), in)
	for i := 0; pages.HasMorePages(); i++ {
		if s.Pages > 0 && i == s.Pages {
			return true, nil
		}
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, explain("reading the log "+s.Group, err)
		}
		lines := make([]Line, len(page.Events))
		for i, e := range page.Events {
			lines[i] = Line{time.UnixMilli(aws.ToInt64(e.Timestamp)), aws.ToString(e.EventId), strings.TrimSpace(aws.ToString(e.Message))}
		}
		if !read(lines) {
			return false, nil
		}
	}
	return false, nil
}

// Lines returns the lines of a log since a time that match a filter pattern of
// CloudWatch, oldest first, at most a few thousand.
func (a *Account) Lines(ctx context.Context, group, pattern string, since time.Time) (lines []Line, err error) {
	const mostPages = 5
	_, err = a.Scan(ctx, Scan{Group: group, Pattern: pattern, From: since, Pages: mostPages}, func(page []Line) bool {
		lines = append(lines, page...)
		return true
	})
	return lines, err
}
