variable "zone" {
  description = "Domain that DigitalOcean's name servers answer for: example.com."
  type        = string
  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.zone))
    error_message = "The zone is a domain name in lower case."
  }
}

variable "host" {
  description = "Name of the site inside the zone; @ for the zone itself."
  type        = string
  default     = "rehearsal"
  validation {
    condition     = can(regex("^(@|[a-z0-9-]+(\\.[a-z0-9-]+)*)$", var.host))
    error_message = "The host is a name in lower case, or @."
  }
}

variable "email" {
  description = "Who hears about certificates."
  type        = string
  validation {
    condition     = can(regex("^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+$", var.email))
    error_message = "This is no e-mail address."
  }
}

variable "repository" {
  description = "Address that `git clone` takes."
  type        = string
  validation {
    condition     = can(regex("^https://[A-Za-z0-9./_-]+$", var.repository))
    error_message = "The repository has an https address."
  }
}

variable "release" {
  description = "Tag of the repository that new machines begin with; upgrade.sh changes it later."
  type        = string
  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+$", var.release))
    error_message = "The release is a tag."
  }
}

variable "ssh_keys" {
  description = "Names of SSH keys in the account; whoever has one of them is root on the machines."
  type        = list(string)
  validation {
    condition     = length(var.ssh_keys) > 0
    error_message = "Without a key nobody gets onto the machines."
  }
}

variable "administrators" {
  description = "Networks that SSH is open for: [\"203.0.113.7/32\"]."
  type        = list(string)
  validation {
    condition     = length(var.administrators) > 0 && alltrue([for one in var.administrators : can(cidrhost(one, 0))])
    error_message = "Give at least one network such as 203.0.113.7/32."
  }
  validation {
    condition     = !contains(var.administrators, "0.0.0.0/0") && !contains(var.administrators, "::/0")
    error_message = "SSH is not for the whole world."
  }
}

variable "region" {
  description = "Region that has Droplets, managed databases and Spaces."
  type        = string
  default     = "fra1"
  validation {
    condition     = contains(["ams3", "blr1", "fra1", "lon1", "nyc3", "sfo3", "sgp1", "syd1", "tor1"], var.region)
    error_message = "Choose a region with Spaces."
  }
}

variable "name" {
  description = "Beginning of the names of everything that is made; buckets of all accounts share one set of names."
  type        = string
  default     = "rehearsal"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "The name has 3 to 31 of a-z, 0-9 and -, and begins with a letter."
  }
}

variable "network" {
  description = "Private network of the machines; not 172.28.7.0/24, which the containers use."
  type        = string
  default     = "10.47.0.0/20"
  validation {
    condition     = can(cidrhost(var.network, 0))
    error_message = "This is no network such as 10.47.0.0/20."
  }
}

variable "front_count" {
  description = "Machines with the front door and the API."
  type        = number
  default     = 2
  validation {
    condition     = var.front_count >= 1 && var.front_count <= 20
    error_message = "Between 1 and 20."
  }
}

variable "worker_count" {
  description = "Machines that analyse answers."
  type        = number
  default     = 2
  validation {
    condition     = var.worker_count >= 1 && var.worker_count <= 100
    error_message = "Between 1 and 100."
  }
}

variable "front_size" {
  description = "Size of a machine with the front door."
  type        = string
  default     = "s-2vcpu-4gb"
}

variable "worker_size" {
  description = "Size of a machine that analyses: transcription and presence fill its processors."
  type        = string
  default     = "c-4"
}

variable "database_version" {
  description = "Major version of PostgreSQL; backups know 14 to 18."
  type        = string
  default     = "16"
  validation {
    condition     = contains(["14", "15", "16", "17", "18"], var.database_version)
    error_message = "One of 14 to 18."
  }
}

variable "database_size" {
  description = "Size of the database; each API process may open 20 connections, each worker a few."
  type        = string
  default     = "db-s-2vcpu-4gb"
}

variable "database_nodes" {
  description = "2: a standby takes over when the database's machine fails."
  type        = number
  default     = 1
  validation {
    condition     = contains([1, 2, 3], var.database_nodes)
    error_message = "Between 1 and 3."
  }
}

variable "queue_size" {
  description = "Size of Valkey."
  type        = string
  default     = "db-s-1vcpu-1gb"
}

variable "retention_days" {
  description = "REHEARSAL_RETENTION_DAYS of the installation; the bucket deletes what is older by two days."
  type        = number
  default     = 30
  validation {
    condition     = var.retention_days >= 1
    error_message = "At least one day."
  }
}

variable "backup_days" {
  description = "The bucket deletes backups that are older."
  type        = number
  default     = 30
  validation {
    condition     = var.backup_days >= 15
    error_message = "At least 15: the newest 14 are kept by the program."
  }
}
