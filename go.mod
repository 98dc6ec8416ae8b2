module github.com/numberporting/porting

go 1.26

require (
	github.com/go-json-experiment/json v1.27.2
	github.com/google/go-querystring v1.2.0
	github.com/hashicorp/go-retryablehttp v0.7.8
	github.com/jarcoal/httpmock v1.4.2
	github.com/nyaruka/phonenumbers v1.8.1
	github.com/stretchr/testify v1.12.1
	go.yaml.in/yaml/v3 v3.0.5
	golang.org/x/text v0.23.0
)

require (
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	google.golang.org/protobuf v1.36.11 // indirect
)
