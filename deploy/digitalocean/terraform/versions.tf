terraform {
  required_version = ">= 1.6"
  required_providers {
    digitalocean = {
      source  = "digitalocean/digitalocean"
      version = "2.71.0"
    }
  }
}

# The token comes from DIGITALOCEAN_TOKEN, the key that makes buckets from SPACES_ACCESS_KEY_ID and
# SPACES_SECRET_ACCESS_KEY: nothing secret is written into these files. The state has the keys of what is made: keep it
# where nobody else reads it.
provider "digitalocean" {}
